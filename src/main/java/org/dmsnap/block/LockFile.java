package org.dmsnap.block;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.kernel.OpenFile;
import org.dmsnap.kernel.Proc;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code .lock} in a pool, with an open-file-description lock on all of it: of these,
 * unlike of flock(2) on a directory, network file systems tell the other machines.
 *
 * <p>It is empty, made by the first who mounts the pool for writing, and stays. Who shares the pool
 * makes none, and needs none: as long as there is none, nobody has the pool for writing, and
 * whoever comes to meets the locks on the images.
 */
final class LockFile implements Closeable {

  static final String NAME = ".lock";

  private static final long ALL = 0; // a length: up to the end, wherever that is

  private final FileDevice file;
  private final boolean shared;
  private final boolean made;

  private LockFile(FileDevice file, boolean shared, boolean made) {
    this.file = file;
    this.shared = shared;
    this.made = made;
  }

  /**
   * Opens and locks it, alone or {@code shared}.
   *
   * @return null if another holds it, if it was replaced meanwhile, or if it is to be shared and is
   *     not there
   */
  static @Nullable LockFile tryOpen(FileOpener pool, boolean shared) throws IOException {
    LockFile lock = open(pool, shared);
    if (lock == null) {
      return null;
    }
    try {
      lock.checkOwner(pool);
      if (lock.take() && lock.bearsItsName(pool)) {
        return lock;
      }
    } catch (IOException | RuntimeException failure) {
      lock.close();
      throw failure;
    }
    lock.close();
    return null;
  }

  /** The one that a predecessor has locked. */
  static LockFile inherited(int descriptor, boolean shared, FileOpener pool) throws IOException {
    FileDevice file = FileDevice.of(descriptor, NAME, pool.tether());
    return new LockFile(file, shared, false);
  }

  /** Its descriptor. */
  int descriptor() {
    return file.fd();
  }

  /** Whether there is one. */
  static boolean exists(FileOpener pool) {
    return Files.exists(path(pool), LinkOption.NOFOLLOW_LINKS);
  }

  private static @Nullable LockFile open(FileOpener pool, boolean shared) throws IOException {
    int flags = OpenFlags.of(shared ? Access.READ : Access.WRITE) | OpenFlags.NO_FOLLOW;
    try {
      return new LockFile(pool.open(NAME, flags, Kind.FILE), shared, false);
    } catch (ErrnoException failure) {
      if (failure.errno() != Errno.ENOENT) {
        throw failure;
      }
    }
    return shared ? null : create(pool);
  }

  private static @Nullable LockFile create(FileOpener pool) throws IOException {
    try {
      return new LockFile(pool.create(NAME), false, true);
    } catch (ErrnoException failure) {
      if (failure.errno() == Errno.EEXIST) {
        return null; // another was faster
      }
      if (ErrnoException.saysFull(failure)) {
        throw new ErrnoException(
            failure.errno(),
            "the pool's file system is full, and "
                + NAME
                + " cannot be made: make some room, or mount with -o ro",
            failure);
      }
      throw failure;
    }
  }

  /** Its owner can take it away: so that is who mounts, who owns the pool, or root. */
  private void checkOwner(FileOpener pool) throws IOException {
    int owner = owner(OpenFile.of(file.fd()));
    int here = owner(OpenFile.of(pool.directory()));
    if (owner != 0 && owner != here && owner != Proc.user()) {
      throw new ErrnoException(
          Errno.EPERM,
          file + " belongs to another user, number " + owner + "; take it away and mount again");
    }
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  private boolean take() throws IOException {
    OfdLock.Kind kind = shared ? OfdLock.Kind.READ : OfdLock.Kind.WRITE;
    return OfdLock.take(file.fd(), kind, 0, ALL, file.toString());
  }

  /** A lock on a file that has lost its name keeps nobody out. */
  private boolean bearsItsName(FileOpener pool) throws IOException {
    if (!exists(pool)) {
      return false;
    }
    FileStat named = FileStat.of(path(pool));
    FileStat open = FileStat.of(file.fd());
    return named.inode() == open.inode() && named.device() == open.device();
  }

  /** Whether the lock is there still: to others it is, and not to the file that holds it. */
  boolean mine(FileOpener pool) throws IOException {
    if (!exists(pool)) {
      return false;
    }
    try (FileDevice other =
        pool.open(NAME, OpenFlags.of(Access.READ) | OpenFlags.NO_FOLLOW, Kind.FILE)) {
      return !OfdLock.held(file.fd(), OfdLock.Kind.WRITE, 0, ALL, file.toString())
          && OfdLock.held(other.fd(), OfdLock.Kind.WRITE, 0, ALL, file.toString());
    }
  }

  /** Deletes it if this made it: who has opened it meanwhile finds that it has lost its name. */
  void undo(FileOpener pool) throws IOException {
    if (made && bearsItsName(pool) && LibC.INSTANCE.unlinkat(pool.directory(), NAME, 0) < 0) {
      throw LastErrno.failure("delete " + path(pool));
    }
  }

  private static Path path(FileOpener pool) {
    return OpenFile.of(pool.directory()).resolve(NAME);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
