package org.dmsnap.fuse;

import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.LibC;

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

  private static final int ANSWER_BYTES = 16; // see DataRequests
  private static final int ERROR = 4;
  private static final int UNIQUE = 8;

  private final int device;
  private final Set<Long> pending = ConcurrentHashMap.newKeySet();
  private final Timer timer = new Timer("given-up", true);

  /**
   * @param device the descriptor of {@code /dev/fuse}
   */
  GivenUp(int device) {
    this.device = device;
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
      Pointer answer = Memory.allocateDirect(Runtime.getSystemRuntime(), ANSWER_BYTES);
      answer.putInt(0, ANSWER_BYTES);
      answer.putInt(ERROR, -Errno.EINTR.intValue());
      answer.putLong(UNIQUE, unique);
      LibC.INSTANCE.write(device, answer.address(), ANSWER_BYTES);
    }
  }
}
