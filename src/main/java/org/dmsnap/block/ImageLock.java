package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;

/**
 * QEMU's locks on an image (its block/file-posix.c): a read lock on byte 100 + n says that its
 * holder does n, one on 200 + n that nobody else may; 1 is writing, 3 resizing.
 *
 * <p>They belong to the open file, not to the process, and go with it when it is closed. POSIX
 * locks would go with any close of the same file.
 */
final class ImageLock {

  private static final long[] DOES = {101, 103};
  private static final long[] FORBIDS = {201, 203};

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  // include/uapi/asm-generic/fcntl.h; struct flock, 64-bit: type 0, whence 2, start 8, length 16,
  // pid 24
  private static final int GET_LOCK = 36; // F_OFD_GETLK
  private static final int SET_LOCK = 37; // F_OFD_SETLK
  private static final short READ_LOCK = 0;
  private static final short WRITE_LOCK = 1;
  private static final short UNLOCKED = 2;
  private static final int LOCK_BYTES = 32;
  private static final int START = 8;
  private static final int LENGTH = 16;

  private ImageLock() {}

  /**
   * Locks an open image until it is closed.
   *
   * @throws ErrnoException EBUSY if someone holds a lock that does not go with {@code access}
   */
  static void take(int fd, String path, Access access) throws ErrnoException {
    long lock = MEMORY.allocateMemory(LOCK_BYTES, true);
    try {
      check(fd, path, access, lock);
      if (access == Access.WRITE) {
        hold(fd, path, DOES, lock);
      }
      hold(fd, path, FORBIDS, lock);
      check(fd, path, access, lock); // again: another may have taken its own since
    } finally {
      MEMORY.freeMemory(lock);
    }
  }

  private static void check(int fd, String path, Access access, long lock) throws ErrnoException {
    testFree(fd, path, DOES, lock);
    if (access == Access.WRITE) {
      testFree(fd, path, FORBIDS, lock);
    }
  }

  private static void testFree(int fd, String path, long[] positions, long lock)
      throws ErrnoException {
    for (long position : positions) {
      fill(lock, WRITE_LOCK, position); // what would conflict with any lock of another
      call(fd, GET_LOCK, path, lock);
      if (MEMORY.getShort(lock) != UNLOCKED) {
        throw held(path);
      }
    }
  }

  private static void hold(int fd, String path, long[] positions, long lock) throws ErrnoException {
    for (long position : positions) {
      fill(lock, READ_LOCK, position);
      call(fd, SET_LOCK, path, lock);
    }
  }

  private static void call(int fd, int command, String path, long lock) throws ErrnoException {
    if (LibC.INSTANCE.fcntl(fd, command, lock) < 0) {
      Errno errno = LastErrno.get();
      throw errno == Errno.EAGAIN || errno == Errno.EACCES
          ? held(path)
          : LastErrno.failure("lock " + path);
    }
  }

  private static ErrnoException held(String path) {
    return new ErrnoException(
        Errno.EBUSY,
        path
            + " is in use: a mount of its pool, QEMU or another program holds it; stop that program"
            + " and try again");
  }

  private static void fill(long lock, short type, long position) {
    MEMORY.setMemory(lock, LOCK_BYTES, (byte) 0);
    MEMORY.putShort(lock, type);
    MEMORY.putLong(lock + START, position);
    MEMORY.putLong(lock + LENGTH, 1);
  }
}
