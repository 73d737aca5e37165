package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import jnr.constants.platform.Errno;

/**
 * Where an open file has data, and how much space it takes of its file system: what Java does not
 * tell. The caller keeps the file open meanwhile.
 */
final class FileExtents {

  /** See lseek(2). */
  static final int SEEK_DATA = 3;

  /** See lseek(2). */
  static final int SEEK_HOLE = 4;

  private static final LibC LIBC = LibC.INSTANCE;
  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  // include/uapi/linux/stat.h; struct statx: mode 28, in 2 bytes, blocks 48, in 8
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int MODE_AND_BLOCKS = 0x403;
  private static final int STATX_BYTES = 256;
  private static final int MODE = 28;
  private static final int BLOCKS = 48;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  private FileExtents() {}

  /**
   * Where data, or a hole, begins from {@code position} on and before {@code end}, or {@code end};
   * {@code unknown} of what has no holes, such as a block device.
   */
  static long seek(FileDevice file, int whence, long position, long end, long unknown)
      throws ErrnoException {
    long found = LIBC.lseek(file.fd(), position, whence);
    while (found < 0) {
      Errno errno = LastErrno.get();
      if (errno == Errno.ENXIO) {
        return end; // nothing but a hole up to the end of the file
      }
      if (errno == Errno.EINVAL || errno == Errno.EOPNOTSUPP) {
        return unknown;
      }
      file.retryInterrupted("lseek", position);
      found = LIBC.lseek(file.fd(), position, whence);
    }
    return Math.min(found, end);
  }

  /** Bytes allocated; of what is no regular file, or cannot be asked, its size. */
  static long allocated(FileDevice file) {
    long stat = MEMORY.allocateMemory(STATX_BYTES, true);
    try {
      boolean told = LIBC.statx(file.fd(), "", AT_EMPTY_PATH, MODE_AND_BLOCKS, stat) >= 0;
      boolean regular = (MEMORY.getShort(stat + MODE) & TYPE_MASK) == REGULAR;
      return told && regular ? Sectors.toBytes(MEMORY.getLong(stat + BLOCKS)) : file.size();
    } finally {
      MEMORY.freeMemory(stat);
    }
  }
}
