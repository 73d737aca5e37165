package org.dmsnap.block;

import jnr.constants.platform.Errno;

/** Makes ranges of open files read as zeroes, in the cheapest way that their file system has. */
final class Clearing {

  // include/uapi/linux/falloc.h
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;

  /** Gives the space back. */
  static final int PUNCH = PUNCH_HOLE | KEEP_SIZE;

  /** May keep the space. */
  static final int ZERO = ZERO_RANGE | KEEP_SIZE;

  private static final LibC LIBC = LibC.INSTANCE;

  private Clearing() {}

  /** Clears a range of {@code file}, which stays open meanwhile. */
  static void run(FileDevice file, int mode, long position, long length) throws ErrnoException {
    int way = mode;
    while (length > 0 && LIBC.fallocate(file.fd(), way, position, length) < 0) {
      if (!isUnsupported(LastErrno.get())) {
        file.retryInterrupted("fallocate", position);
      } else if (way != PUNCH) {
        way = PUNCH; // tmpfs has that alone, and what writing would take may be gigabytes
      } else {
        writeZeroes(file, position, length);
        return;
      }
    }
  }

  // EINVAL: a block device and a range that is no multiple of its blocks
  private static boolean isUnsupported(Errno errno) {
    return errno == Errno.EOPNOTSUPP || errno == Errno.EINVAL || errno == Errno.ENOSYS;
  }

  private static void writeZeroes(FileDevice file, long position, long length)
      throws ErrnoException {
    for (long done = 0; done < length; ) {
      long piece = Math.min(length - done, Zeroes.LENGTH);
      long n = LIBC.pwrite(file.fd(), Zeroes.ADDRESS, piece, position + done);
      done += file.checkMoved(n, "pwrite", position + done);
    }
  }

  /** A page of zeroes that all devices write from where zeroing is not to be had cheaper. */
  private static final class Zeroes {
    static final int LENGTH = 1 << 20;
    static final long ADDRESS = NativeBuffer.allocate(LENGTH).address();
  }
}
