package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import java.util.Set;
import jnr.constants.platform.Errno;

/**
 * Open-file-description locks, see fcntl(2): they belong to the open file, not to the process, and
 * go with it when it is closed. POSIX locks would go with any close of the same file.
 *
 * <p>Positions and lengths are in bytes; a length of 0 is up to the end, however far that moves.
 */
final class OfdLock {

  /** What a lock keeps others from. */
  enum Kind {
    /** Goes with others of its kind. */
    READ(0),
    /** Goes with none. */
    WRITE(1);

    private final short type;

    Kind(int type) {
      this.type = (short) type;
    }
  }

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  // include/uapi/asm-generic/fcntl.h; struct flock, 64-bit: type 0, whence 2, start 8, length 16,
  // pid 24
  private static final int GET_LOCK = 36; // F_OFD_GETLK
  private static final int SET_LOCK = 37; // F_OFD_SETLK
  private static final short UNLOCKED = 2;
  private static final int LOCK_BYTES = 32;
  private static final int START = 8;
  private static final int LENGTH = 16;

  /** How a file system says that it has no locks, as the system's flock(2) and fcntl(2) do. */
  private static final Set<Errno> UNSUPPORTED =
      Set.of(Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.ENOLCK);

  private OfdLock() {}

  /**
   * Takes a lock at once; whether nobody else has one that conflicts.
   *
   * @param path of the file, for the failure
   */
  static boolean take(int fd, Kind kind, long start, long length, String path)
      throws ErrnoException {
    long lock = filled(kind, start, length);
    try {
      return LibC.INSTANCE.fcntl(fd, SET_LOCK, lock) >= 0 || heldElse(path);
    } finally {
      MEMORY.freeMemory(lock);
    }
  }

  /** Whether another open file has a lock, on this machine or elsewhere, that conflicts. */
  static boolean held(int fd, Kind kind, long start, long length, String path)
      throws ErrnoException {
    long lock = filled(kind, start, length);
    try {
      if (LibC.INSTANCE.fcntl(fd, GET_LOCK, lock) < 0) {
        throw LastErrno.failure("lock " + path);
      }
      return MEMORY.getShort(lock) != UNLOCKED;
    } finally {
      MEMORY.freeMemory(lock);
    }
  }

  /** Whether a failure says that the file system has no locks. */
  static boolean unsupported(Errno errno) {
    return UNSUPPORTED.contains(errno);
  }

  private static boolean heldElse(String path) throws ErrnoException {
    Errno errno = LastErrno.get();
    if (errno == Errno.EAGAIN || errno == Errno.EACCES) {
      return false;
    }
    throw LastErrno.failure("lock " + path);
  }

  private static long filled(Kind kind, long start, long length) {
    long lock = MEMORY.allocateMemory(LOCK_BYTES, true);
    MEMORY.putShort(lock, kind.type);
    MEMORY.putLong(lock + START, start);
    MEMORY.putLong(lock + LENGTH, length);
    return lock;
  }
}
