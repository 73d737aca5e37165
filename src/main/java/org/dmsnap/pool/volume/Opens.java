package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Who has a volume open, and whether it may be opened again.
 *
 * <p>Any number of threads; close(2) returns before the last handle is released, so whoever needs a
 * volume closed waits for that a moment.
 */
public final class Opens {

  private final String name;
  private volatile @Nullable Runnable whenNone;
  private int count; // guarded by this
  private boolean retired; // guarded by this

  /** Those of the volume {@code name}: none yet. */
  Opens(String name) {
    this.name = name;
  }

  /**
   * One more has it open.
   *
   * @throws ErrnoException ENOENT if it is retired
   */
  synchronized void add() throws ErrnoException {
    if (retired) {
      throw new ErrnoException(Errno.ENOENT, name + " is being removed");
    }
    count++;
  }

  /** One of them has released it. */
  void release() {
    Runnable closed = whenNone;
    if (releaseLast() && closed != null) {
      closed.run();
    }
  }

  private synchronized boolean releaseLast() {
    count--;
    notifyAll();
    return count == 0;
  }

  /** Has {@code action} run each time the last handle is released, or nothing; it must not wait. */
  public void whenNone(@Nullable Runnable action) {
    whenNone = action;
  }

  /** Whether anyone has it open. */
  public synchronized boolean any() {
    return count > 0;
  }

  /** Waits until nobody has it open, for {@code waitMillis} at most; whether that is so. */
  public synchronized boolean awaitNone(long waitMillis) throws ErrnoException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
    for (long left; count > 0 && (left = end - System.nanoTime()) > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new ErrnoException(
            Errno.EINTR, "interrupted while " + name + " was open", interrupted);
      }
    }
    return count == 0;
  }

  /**
   * Keeps it from being opened again once nobody has it open, which is waited for as by {@link
   * #awaitNone}; whether that is so.
   */
  public synchronized boolean retire(long waitMillis) throws ErrnoException {
    retired = awaitNone(waitMillis);
    return retired;
  }

  /** Keeps it from being opened again, whoever has it open. */
  public synchronized void retireNow() {
    retired = true;
  }

  /** Lets it be opened again. */
  public synchronized void unretire() {
    retired = false;
  }

  /** Does {@code work} unless anyone has it open, and keeps it from being opened meanwhile. */
  public synchronized boolean unlessAny(CommandLock.Work work) throws IOException {
    if (count > 0) {
      return false;
    }
    work.run();
    return true;
  }
}
