package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the system, held open: everything is relative to it, wherever it is moved and
 * whatever is mounted over it.
 */
public final class FileDirectory implements BackingDirectory {

  private static final LibC LIBC = LibC.INSTANCE;

  // include/uapi/linux/fcntl.h, include/uapi/linux/fs.h
  private static final int CURRENT_DIRECTORY = -100;
  private static final int NO_REPLACE = 1;

  private static final int PRIVATE = 0600;

  private final Path path;
  private int fd;

  private FileDirectory(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** Opens a directory without locking it. */
  public static FileDirectory open(Path path) throws IOException {
    int flags = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.CLOSE_ON_EXEC;
    int fd = LIBC.openat(CURRENT_DIRECTORY, path.toAbsolutePath().toString(), flags, 0);
    if (fd < 0) {
      throw LastErrno.failure("open " + path);
    }
    return new FileDirectory(FileStat.pathOf(fd).toRealPath(), fd);
  }

  /**
   * Opens a pool and locks it until it is closed: alone, or {@code shared} with others who share
   * it. Waits for a holder that is going away.
   *
   * @throws ErrnoException EBUSY, naming the holder, if it stays
   */
  public static FileDirectory lock(Path path, boolean shared) throws IOException {
    FileDirectory directory = open(path);
    try {
      PoolLock.take(directory.fd, directory.path, shared);
      return directory;
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return Objects.requireNonNullElse(path.getFileName(), path).toString();
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(FileStat.pathOf(fd))) {
      for (Path entry : entries) {
        names.add(Objects.requireNonNull(entry.getFileName()).toString());
      }
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public @Nullable Stat stat(String name) throws IOException {
    Path file = FileStat.pathOf(fd).resolve(checked(name));
    try {
      return FileStat.of(file).toStat(Files.isSymbolicLink(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (FileSystemException e) {
      throw new ErrnoException(Errno.EIO, "stat " + path.resolve(name) + ": " + e.getReason(), e);
    }
  }

  @Override
  public BlockDevice openImage(String name, Access access) throws IOException {
    Stat stat = stat(name);
    boolean device = stat != null && stat.kind() == Kind.BLOCK_DEVICE;
    int flags = OpenFlags.of(access) | (device ? OpenFlags.EXCLUSIVE : 0);
    FileDevice image = openKind(name, flags, device ? Kind.BLOCK_DEVICE : Kind.FILE);
    return locked(image, access);
  }

  @Override
  public BlockDevice openFile(String name, Access access) throws IOException {
    int flags = OpenFlags.of(access) | OpenFlags.NO_FOLLOW;
    return locked(openKind(name, flags, Kind.FILE), access);
  }

  @Override
  public BlockDevice create(String name, long size) throws IOException {
    return sized(createEmpty(name), name, size);
  }

  @Override
  public BlockDevice createUnnamed(long size) throws IOException {
    int flags = OpenFlags.of(Access.WRITE);
    int unnamed = LIBC.openat(fd, ".", flags | OpenFlags.UNNAMED, PRIVATE);
    if (unnamed >= 0) {
      FileDevice device = FileDevice.of(unnamed, path + " (unnamed)");
      return resized(device, size);
    }
    String name = ".unnamed-" + System.nanoTime() + ".new"; // no O_TMPFILE on this file system
    FileDevice device = createEmpty(name);
    try {
      delete(name);
    } catch (IOException e) {
      device.close();
      throw e;
    }
    return resized(device, size);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    checked(from);
    checked(to);
    if (LIBC.renameat2(fd, from, fd, to, NO_REPLACE) < 0) {
      if (LastErrno.get() != Errno.EINVAL) {
        throw LastErrno.failure("rename " + path.resolve(from) + " to " + to);
      }
      link(from, to); // a file system that cannot rename without replacing
      delete(from);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    if (LIBC.unlinkat(fd, checked(name), 0) < 0) {
      throw LastErrno.failure("delete " + path.resolve(name));
    }
  }

  @Override
  public @Nullable String readText(String name) throws IOException {
    int flags = OpenFlags.of(Access.READ) | OpenFlags.NO_FOLLOW;
    try (FileDevice file = openKind(name, flags, Kind.FILE)) {
      return TextFile.read(file);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void replaceText(String name, String text) throws IOException {
    String temporary = "." + checked(name) + ".tmp";
    if (LIBC.unlinkat(fd, temporary, 0) < 0 && LastErrno.get() != Errno.ENOENT) {
      throw LastErrno.failure("delete " + path.resolve(temporary));
    }
    try (FileDevice file = createEmpty(temporary)) {
      TextFile.write(file, text);
    }
    if (LIBC.renameat2(fd, temporary, fd, name, 0) < 0) {
      throw LastErrno.failure("rename " + path.resolve(temporary) + " to " + name);
    }
    sync();
  }

  @Override
  public void sync() throws IOException {
    if (LIBC.fsync(fd) < 0 && LastErrno.get() != Errno.EINVAL) { // EINVAL: nothing to sync here
      throw LastErrno.failure("fsync " + path);
    }
  }

  @Override
  public long freeBytes() {
    return FileStat.pathOf(fd).toFile().getUsableSpace();
  }

  @Override
  public long totalBytes() {
    return FileStat.pathOf(fd).toFile().getTotalSpace();
  }

  @Override
  public void close() throws IOException {
    int closing = fd;
    fd = -1;
    if (closing >= 0 && LIBC.close(closing) < 0) {
      throw LastErrno.failure("close " + path);
    }
  }

  /** The directory's path, links resolved, as it was when it was opened. */
  @Override
  public String toString() {
    return path.toString();
  }

  private FileDevice openKind(String name, int flags, Kind kind) throws IOException {
    String file = path.resolve(checked(name)).toString();
    int opened = LIBC.openat(fd, name, flags, 0);
    if (opened < 0) {
      throw openFailure(file, flags);
    }
    try {
      if (FileStat.of(opened).kind() != kind) {
        throw new ErrnoException(Errno.EINVAL, file + " is neither a file nor a block device");
      }
    } catch (IOException e) {
      LIBC.close(opened);
      throw e;
    }
    return FileDevice.of(opened, file);
  }

  private static ErrnoException openFailure(String file, int flags) {
    Errno errno = LastErrno.get();
    if (errno == Errno.ELOOP && (flags & OpenFlags.NO_FOLLOW) != 0) {
      return new ErrnoException(errno, file + " is a symbolic link, which is not allowed here");
    }
    if (errno == Errno.EBUSY) {
      return new ErrnoException(errno, file + " is in use by the system, mounted perhaps");
    }
    return LastErrno.failure("open " + file);
  }

  private FileDevice createEmpty(String name) throws IOException {
    int flags = OpenFlags.of(Access.WRITE) | OpenFlags.CREATE | OpenFlags.EXCLUSIVE;
    int created = LIBC.openat(fd, checked(name), flags, PRIVATE);
    if (created < 0) {
      throw LastErrno.failure("create " + path.resolve(name));
    }
    return FileDevice.of(created, path.resolve(name).toString());
  }

  private FileDevice sized(FileDevice device, String name, long size) throws IOException {
    try {
      return locked(resized(device, size), Access.WRITE);
    } catch (IOException e) {
      delete(name);
      throw e;
    }
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

  private static FileDevice locked(FileDevice device, Access access) throws IOException {
    try {
      ImageLock.take(device.fd(), device.toString(), access);
      return device;
    } catch (IOException e) {
      device.close();
      throw e;
    }
  }

  private void link(String from, String to) throws IOException {
    if (LIBC.linkat(fd, from, fd, to, 0) < 0) {
      throw LastErrno.failure("rename " + path.resolve(from) + " to " + to);
    }
  }

  private static String checked(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a plain file name: " + name);
    }
    return name;
  }
}
