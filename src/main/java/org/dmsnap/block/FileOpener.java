package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.kernel.FileName;

/**
 * Opens and creates files in an open directory.
 *
 * @param directory the number of the open directory
 * @param path of the directory, for messages
 * @param unlocked says so if a file system of a file has no locks; of the first such file
 * @param tether of the directory's file system
 */
record FileOpener(int directory, Path path, List<String> unlocked, Tether tether) {

  private static final LibC LIBC = LibC.INSTANCE;

  private static final int PRIVATE = 0600;

  FileOpener(int directory, Path path) {
    this(directory, path, new CopyOnWriteArrayList<>(), new Tether());
  }

  /** Opens {@code name} and locks it as QEMU would; EINVAL unless it is of {@code kind}. */
  FileDevice openLocked(String name, int flags, Kind kind, Access access) throws IOException {
    return locked(open(name, flags, kind), access);
  }

  /** Opens {@code name}; EINVAL unless it is of {@code kind}. */
  FileDevice open(String name, int flags, Kind kind) throws IOException {
    String file = place(name);
    int opened = LIBC.openat(directory, name, flags, 0);
    if (opened < 0) {
      throw failure(file, flags);
    }
    Tether its;
    try {
      FileStat stat = FileStat.of(opened);
      if (stat.kind() != kind) {
        throw notOfKind(file);
      }
      its = tetherOf(stat);
    } catch (IOException e) {
      LIBC.close(opened);
      throw e;
    }
    return FileDevice.of(opened, file, its);
  }

  /** An image elsewhere, or a block device, goes by itself. */
  private Tether tetherOf(FileStat stat) throws IOException {
    boolean here =
        directory >= 0
            && stat.kind() == Kind.FILE
            && stat.device() == FileStat.of(directory).device();
    return here ? tether : new Tether();
  }

  /** Creates and locks a file of {@code size} sparse bytes. */
  FileDevice create(String name, long size) throws IOException {
    FileDevice device = create(name);
    try {
      return locked(resized(device, size), Access.WRITE);
    } catch (IOException e) {
      LIBC.unlinkat(directory, name, 0);
      throw e;
    }
  }

  /** Creates an empty file; EEXIST if the name is taken, be it by a dangling link. */
  FileDevice create(String name) throws IOException {
    int flags = OpenFlags.of(Access.WRITE) | OpenFlags.CREATE | OpenFlags.EXCLUSIVE;
    int created = LIBC.openat(directory, name, flags, PRIVATE);
    if (created < 0) {
      throw LastErrno.failure("create " + place(name));
    }
    return FileDevice.of(created, place(name), tether);
  }

  /** Creates a file of {@code size} sparse bytes that has no name. */
  FileDevice createUnnamed(long size) throws IOException {
    int flags = OpenFlags.of(Access.WRITE) | OpenFlags.UNNAMED;
    int unnamed = LIBC.openat(directory, ".", flags, PRIVATE);
    if (unnamed >= 0) {
      return resized(unnamed(unnamed), size);
    }
    String name = ".unnamed-" + System.nanoTime() + ".cow.new"; // a file system without O_TMPFILE
    FileDevice device = create(name);
    if (LIBC.unlinkat(directory, name, 0) < 0) {
      ErrnoException failure = LastErrno.failure("delete " + place(name));
      device.close();
      throw failure;
    }
    return resized(device, size);
  }

  /** A file without a name that is open. */
  FileDevice unnamed(int opened) throws IOException {
    return FileDevice.of(opened, FileName.of(path) + " (unnamed)", tether);
  }

  private String place(String name) {
    return FileName.of(path.resolve(FileName.path(name)));
  }

  private static FileDevice resized(FileDevice device, long size) throws IOException {
    try {
      device.resize(size);
      return device;
    } catch (IOException e) {
      device.close();
      throw e;
    }
  }

  private FileDevice locked(FileDevice device, Access access) throws IOException {
    try {
      if (!ImageLock.take(device.fd(), device.toString(), access) && unlocked.isEmpty()) {
        unlocked.add(
            device
                + " is on a file system without locks: nothing keeps other programs from writing"
                + " to it");
      }
      return device;
    } catch (IOException e) {
      device.close();
      throw e;
    }
  }

  private static ErrnoException failure(String file, int flags) {
    Errno errno = LastErrno.get();
    if (errno == Errno.ELOOP && (flags & OpenFlags.NO_FOLLOW) != 0) {
      return new ErrnoException(
          errno,
          file + " is a symbolic link, which is not allowed here; put the file itself there");
    }
    if (errno == Errno.EISDIR || errno == Errno.ENXIO) {
      return notOfKind(file);
    }
    if (errno == Errno.EBUSY) {
      return new ErrnoException(errno, file + " is in use by the system; it is mounted perhaps");
    }
    if (errno == Errno.EROFS) {
      return new ErrnoException(
          errno, file + " is on a file system that is mounted read-only; use -o ro to read it");
    }
    if (errno == Errno.EACCES || errno == Errno.EPERM) {
      return new ErrnoException(errno, denied(file, flags));
    }
    return LastErrno.failure("open " + file);
  }

  private static String denied(String file, int flags) {
    return (flags & OpenFlags.WRITE) != 0
        ? "you may not write to " + file + "; do this as its owner, or use -o ro to read it"
        : "you may not read " + file + "; do this as its owner, or as root";
  }

  /** Why this thread could not open a pool. */
  static ErrnoException noPool(Path named) {
    String path = FileName.of(named);
    Errno errno = LastErrno.get();
    return switch (errno) {
      case ENOENT ->
          new ErrnoException(errno, "there is no pool " + path + "; make one with: mkdir " + path);
      case ENOTDIR ->
          new ErrnoException(
              errno, path + " is not a directory; a pool is the directory that holds the images");
      case EACCES ->
          new ErrnoException(
              errno, "you may not read the pool " + path + "; do this as its owner, or as root");
      default -> LastErrno.failure("open the pool " + path);
    };
  }

  /** What is neither a file nor a block device. */
  static ErrnoException notOfKind(String file) {
    return new ErrnoException(
        Errno.EINVAL, file + " is neither a file nor a block device; take it away");
  }
}
