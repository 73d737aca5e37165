package org.dmsnap.pool.change;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.DescriptorLimit;

/**
 * The open files that a pool takes: one for each volume, and a reserve for all else that a mount
 * needs at its peak, which are the program's own files, the directory, the lock, {@code /dev/fuse}
 * and what a command opens for a moment. Users who open volumes take none.
 */
public final class Descriptors {

  /** About 35 are in use, and a few for a moment. */
  static final int RESERVE = 64;

  private Descriptors() {}

  /**
   * Refuses what would leave {@code volumes} of them, transient ones included, where a mount under
   * the same limit could not open them all.
   *
   * @throws ErrnoException EMFILE
   */
  public static void check(int volumes) throws ErrnoException {
    if (volumes + RESERVE > DescriptorLimit.ofThisProcess()) {
      throw new ErrnoException(
          Errno.EMFILE,
          volumes
              + " volumes take as many open files, and a mount "
              + RESERVE
              + " more, but "
              + DescriptorLimit.words());
    }
  }

  /** Whether a failure says that no more files can be open, and so nothing of the file. */
  public static boolean ranOut(Throwable failure) {
    Errno errno = ErrnoException.errnoOf(failure);
    return errno == Errno.EMFILE || errno == Errno.ENFILE;
  }
}
