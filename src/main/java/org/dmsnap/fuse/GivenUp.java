package org.dmsnap.fuse;

import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;

/**
 * Lets those go on, with EINTR, who wait for something and got a signal meanwhile: the kernel keeps
 * even a killed process until it has its answer, and a disk that hangs gives none.
 *
 * <p>What was asked for goes on, and its own answer is then one that nobody waits for. That is
 * meant for commands, opens and syncs. Who reads or writes a volume is never let go: to a file
 * system or a loop device that would be an error of the disk.
 */
final class GivenUp {

  /** A signal need not be meant to end it, and most of what is asked for ends in time by itself. */
  private static final long GRACE_MILLIS = 1000;

  private final Answer answer; // the timer's thread only
  private final Set<Long> pending = ConcurrentHashMap.newKeySet();
  private final Timer timer = new Timer("given-up", true);

  /**
   * @param device the descriptor of {@code /dev/fuse}
   */
  GivenUp(int device) {
    answer = Answer.alone(device);
  }

  /** A request that may be given up is going to be served. */
  void begins(long unique) {
    pending.add(unique);
  }

  /** It has been answered. */
  void ended(long unique) {
    pending.remove(unique);
  }

  /** Who waits for the answer got a signal. */
  void interrupted(long unique) {
    if (pending.contains(unique)) {
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              letGo(unique);
            }
          },
          GRACE_MILLIS);
    }
  }

  /** To an answer that has been given already the kernel says ENOENT; no number is used twice. */
  private void letGo(long unique) {
    if (pending.contains(unique)) {
      answer.send(unique, -Errno.EINTR.intValue(), 0);
    }
  }
}
