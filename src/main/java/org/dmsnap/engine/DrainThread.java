package org.dmsnap.engine;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;

/**
 * Drains a {@link WriteCache} in the background: at once when half of its memory is used, else what
 * has waited for a while. The thread is there while there is something to drain.
 *
 * <p>A drain that fails is told of: what it could not write stays held, whoever syncs is told too,
 * and it is tried again with the next data. A cache that nobody has any more is not kept for it.
 */
final class DrainThread implements Runnable {

  /** How long anything is held. */
  static final long LONGEST_SECONDS = 5;

  private final WeakReference<WriteCache> cache;
  private boolean running; // guarded by this
  private boolean woken; // guarded by this: since the last drain began
  private boolean wanted; // guarded by this: a drain, now
  private boolean stopped; // guarded by this

  DrainThread(WriteCache cache) {
    this.cache = new WeakReference<>(cache);
  }

  /** Something is held; {@code now} if it should not wait. */
  synchronized void wake(boolean now) {
    woken = true;
    if (!running && !stopped) {
      running = true;
      Thread thread = new Thread(this, "dmsnap-drain");
      thread.setDaemon(true);
      thread.start();
    }
    if (now && !wanted) {
      wanted = true;
      notifyAll();
    }
  }

  /** Drains no more. */
  synchronized void stop() {
    stopped = true;
    running = false;
    notifyAll();
  }

  @Override
  public void run() {
    boolean works = true;
    while (awaitTurn(works)) {
      works = drained();
    }
  }

  private boolean drained() {
    WriteCache kept = cache.get();
    if (kept == null) {
      return false;
    }
    try {
      kept.drain();
      return true;
    } catch (IOException | RuntimeException failure) {
      kept.drainFailed(failure);
      return false;
    }
  }

  /**
   * Waits until a drain is wanted or due; false if there is none to come, as the last did not work
   * and nothing has come since.
   */
  private synchronized boolean awaitTurn(boolean works) {
    running &= works || woken;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    for (long left; running && !wanted && (left = end - System.nanoTime()) > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException nobodyDoesThat) {
        running = false;
      }
    }
    woken = false;
    wanted = false;
    running &= isWanting();
    return running;
  }

  private boolean isWanting() {
    WriteCache kept = cache.get();
    return kept != null && !kept.isEmpty();
  }
}
