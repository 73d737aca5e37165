package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.StallListener;

/**
 * The pool's command lock, under which one thing at a time changes which volumes there are.
 *
 * <p><b>Locks and suspend.</b> Commands run one at a time, under the command lock. What requests
 * could see half done is done with the origin's gate held, which every request takes shared.
 * Suspend holds half of it, the changes, from one command to another. What a waiting request holds
 * must not be needed by whoever ends the wait: so requests take neither the command lock nor
 * anything that is held while a command waits for the gate; what happens to a snapshot inside a
 * request goes to the table under the table's own lock, under which nothing is waited for but the
 * disk.
 */
public final class CommandLock {

  /** What is done under the lock. */
  public interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final StallListener stalls;
  private boolean closed; // guarded by lock

  /**
   * @param stalls told when a request's thread must wait
   */
  public CommandLock(StallListener stalls) {
    this.stalls = stalls;
  }

  /** Runs a command, or refuses to with ENODEV once the pool is closed. */
  public void command(Work work) throws IOException {
    locked(
        () -> {
          if (closed) {
            throw new ErrnoException(Errno.ENODEV, "the pool is closed");
          }
          work.run();
        });
  }

  /** Runs {@code work}, closed or not. */
  public void locked(Work work) throws IOException {
    if (!lock.tryLock()) {
      stalls.stalling();
      try {
        lock.lock();
      } finally {
        stalls.resumed();
      }
    }
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  /** Runs what no request asked for, on a thread of the pool's own, unless the pool is closed. */
  public void unlessClosed(Work work) throws IOException {
    lock.lock();
    try {
      if (!closed) {
        work.run();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets no further command run; whether it is the first such call. */
  public boolean close() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.unlock();
    }
  }
}
