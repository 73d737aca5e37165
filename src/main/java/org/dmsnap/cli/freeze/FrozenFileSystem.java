package org.dmsnap.cli.freeze;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.jspecify.annotations.Nullable;

/**
 * A file system that this process freezes and thaws by itself, by an open file of its, so that it
 * needs no program for it; and a {@link Guard} that thaws in its place.
 */
final class FrozenFileSystem {

  // include/uapi/linux/fs.h, include/uapi/asm-generic/fcntl.h
  private static final long FIFREEZE = 0xc0045877L;
  private static final long FITHAW = 0xc0045878L;
  private static final int DIRECTORY_TO_READ = 0200000;
  private static final int CLOSE_ON_EXEC = 02000000;
  private static final int CURRENT_DIRECTORY = -100;

  private final String mountpoint;
  private final int fd;
  private @Nullable Guard guard; // guarded by this
  private boolean frozen; // guarded by this
  private boolean released; // guarded by this

  private FrozenFileSystem(String mountpoint, int fd) {
    this.mountpoint = mountpoint;
    this.fd = fd;
  }

  /** The one that is mounted on {@code mountpoint}, not frozen yet. */
  static FrozenFileSystem opened(String mountpoint) throws IOException {
    int flags = DIRECTORY_TO_READ | CLOSE_ON_EXEC;
    int fd = LibC.INSTANCE.openat(CURRENT_DIRECTORY, mountpoint, flags, 0);
    if (fd < 0) {
      throw LastErrno.failure("open " + mountpoint);
    }
    return new FrozenFileSystem(mountpoint, fd);
  }

  /** Writes out what freezing would write while all is held; that reports what fails, too. */
  void sync() {
    LibC.INSTANCE.syncfs(fd);
  }

  /** Has it guarded from now on. */
  synchronized void guard() throws IOException {
    guard = Guard.of(fd);
  }

  /**
   * Freezes it, unless this process is ending.
   *
   * @throws ErrnoException if it cannot be, or is by someone else, whose it stays
   */
  synchronized void freeze() throws IOException {
    if (released) {
      throw new ErrnoException(Errno.EINTR, "interrupted");
    }
    if (LibC.INSTANCE.ioctl(fd, FIFREEZE, 0) != 0) {
      throw refused(LastErrno.get());
    }
    frozen = true;
  }

  private ErrnoException refused(Errno errno) {
    String what = "the file system on " + mountpoint;
    return new ErrnoException(
        errno,
        errno == Errno.EBUSY
            ? what + " is frozen already; thaw it first"
            : "cannot freeze "
                + what
                + ": "
                + errno.description()
                + "; it needs root, and a file system that can; without --freeze, sync it first");
  }

  /** Thaws it if it is frozen, and lets go of it; what went wrong, or nothing. */
  synchronized String release() {
    released = true;
    String failure = "";
    if (frozen && LibC.INSTANCE.ioctl(fd, FITHAW, 0) != 0) {
      Errno errno = LastErrno.get();
      failure =
          errno == Errno.EINVAL
              ? mountpoint + " was thawed too early, by another or after " + Guard.SECONDS + " s"
              : mountpoint + " cannot be thawed: " + errno.description() + "; try: fsfreeze -u";
    }
    if (guard != null) {
      guard.release();
    }
    LibC.INSTANCE.close(fd);
    return failure;
  }
}
