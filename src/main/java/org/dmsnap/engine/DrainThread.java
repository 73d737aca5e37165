package org.dmsnap.engine;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Drains a {@link WriteCache} in the background: at once when half of its memory is used, else what
 * has waited for a while. The thread is there while there is something to drain.
 *
 * <p>A drain that fails tells the listener, the first time: what it could not write stays held,
 * whoever syncs is told too, and it is tried again with the next data.
 */
final class DrainThread implements Runnable {

  /** How long anything is held. */
  static final long LONGEST_SECONDS = 5;

  private final WriteCache cache;
  private volatile DrainListener listener = DrainListener.NONE;
  private volatile boolean failing; // the last drain of this thread's did; one thread at a time
  private boolean running; // guarded by this
  private boolean wanted; // guarded by this: a drain, now
  private boolean stopped; // guarded by this

  DrainThread(WriteCache cache) {
    this.cache = cache;
  }

  /** Who is told of failures. */
  void listener(DrainListener told) {
    listener = told;
  }

  /** Something is held; {@code now} if it should not wait. */
  synchronized void wake(boolean now) {
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
    try {
      cache.drain();
      failing = false;
      return true;
    } catch (IOException | RuntimeException kept) {
      if (!failing) {
        failing = true;
        listener.drainFailed(kept);
      }
      return false;
    }
  }

  /**
   * Waits until a drain is wanted or due; false if there is none to come, as none {@code works}.
   */
  private synchronized boolean awaitTurn(boolean works) {
    running &= works;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    for (long left; running && !wanted && (left = end - System.nanoTime()) > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException nobodyDoesThat) {
        running = false;
      }
    }
    wanted = false;
    running &= !cache.isEmpty();
    return running;
  }
}
