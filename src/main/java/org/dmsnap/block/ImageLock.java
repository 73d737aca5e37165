package org.dmsnap.block;

import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.OfdLock.Kind;

/**
 * QEMU's locks on an image (its block/file-posix.c): a read lock on byte 100 + n says that its
 * holder does n, one on 200 + n that nobody else may; 1 is writing, 3 resizing.
 */
final class ImageLock {

  private static final long[] DOES = {101, 103};
  private static final long[] FORBIDS = {201, 203};

  private ImageLock() {}

  /**
   * Locks an open image until it is closed.
   *
   * @return whether it is locked: false if its file system has no locks, as with QEMU
   * @throws ErrnoException EBUSY if someone holds a lock that does not go with {@code access}
   */
  static boolean take(int fd, String path, Access access) throws ErrnoException {
    try {
      check(fd, path, access);
      if (access == Access.WRITE) {
        hold(fd, path, DOES);
      }
      hold(fd, path, FORBIDS);
      check(fd, path, access); // again: another may have taken its own since
      return true;
    } catch (ErrnoException failure) {
      if (OfdLock.unsupported(failure.errno())) {
        return false;
      }
      throw failure;
    }
  }

  private static void check(int fd, String path, Access access) throws ErrnoException {
    testFree(fd, path, DOES);
    if (access == Access.WRITE) {
      testFree(fd, path, FORBIDS);
    }
  }

  private static void testFree(int fd, String path, long[] positions) throws ErrnoException {
    for (long position : positions) {
      if (OfdLock.held(fd, Kind.WRITE, position, 1, path)) { // would conflict with any other's
        throw held(path);
      }
    }
  }

  private static void hold(int fd, String path, long[] positions) throws ErrnoException {
    for (long position : positions) {
      if (!OfdLock.take(fd, Kind.READ, position, 1, path)) {
        throw held(path);
      }
    }
  }

  private static ErrnoException held(String path) {
    return new ErrnoException(
        Errno.EBUSY,
        path
            + " is in use: a mount of its pool, QEMU or another program holds it, on this machine"
            + " or another; stop that program and try again");
  }
}
