package org.dmsnap.block;

import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The reads and writes of one open file, which a {@link DiskThread} is told of before they wait.
 *
 * <p>A read is tried with {@code RWF_NOWAIT} first, which gives what is in the page cache and costs
 * what a plain one costs. Where a file system has no such thing, every transfer may wait (NFS,
 * other FUSE file systems), unless the file system is in memory. Writes go to the page cache where
 * there is one, and are not told of.
 */
final class FileTransfers {

  private static final LibC LIBC = LibC.INSTANCE;

  private static final int RWF_NOWAIT = 8; // include/uapi/linux/fs.h

  // include/uapi/linux/magic.h
  private static final long TMPFS = 0x01021994;
  private static final long RAMFS = 0x858458f6L;
  private static final int STATFS_BYTES = 256; // more than any

  /** What a transfer of this file does that is not known to go on at once. */
  private enum Waits {
    IF_NOT_CACHED,
    ALWAYS,
    NEVER
  }

  private volatile Waits waits = Waits.IF_NOT_CACHED;

  /** See pread(2). */
  long pread(int fd, long address, int length, long position) {
    if (waits == Waits.NEVER || !(Thread.currentThread() instanceof DiskThread thread)) {
      return LIBC.pread(fd, address, length, position);
    }
    if (waits == Waits.IF_NOT_CACHED) {
      long n = LIBC.preadv2(fd, thread.vector(address, length), 1, position, RWF_NOWAIT);
      if (n > 0) {
        return n; // perhaps less than all: the rest is not cached
      }
      if (n < 0 && LastErrno.get() != Errno.EAGAIN) {
        waits = withoutNowait(fd);
      }
      if (waits == Waits.NEVER) {
        return LIBC.pread(fd, address, length, position);
      }
    }
    thread.waiting();
    try {
      return LIBC.pread(fd, address, length, position);
    } finally {
      thread.waited();
    }
  }

  /** See pwrite(2). */
  long pwrite(int fd, long address, int length, long position) {
    if (waits != Waits.ALWAYS || !(Thread.currentThread() instanceof DiskThread thread)) {
      return LIBC.pwrite(fd, address, length, position);
    }
    thread.waiting();
    try {
      return LIBC.pwrite(fd, address, length, position);
    } finally {
      thread.waited();
    }
  }

  /** After a try that failed: how it is if that was for want of it, and as it was if not. */
  private Waits withoutNowait(int fd) {
    return switch (LastErrno.get()) {
      case EOPNOTSUPP, EINVAL, ENOSYS -> inMemory(fd) ? Waits.NEVER : Waits.ALWAYS;
      default -> waits; // the read that waits will say
    };
  }

  private static boolean inMemory(int fd) {
    Pointer statfs = Memory.allocateDirect(Runtime.getSystemRuntime(), STATFS_BYTES);
    if (LIBC.fstatfs(fd, statfs.address()) < 0) {
      return false;
    }
    long type = statfs.getNativeLong(0) & 0xffffffffL;
    return type == TMPFS || type == RAMFS;
  }
}
