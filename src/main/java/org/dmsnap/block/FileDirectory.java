package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the system, held open: everything is relative to it, wherever it is moved and
 * whatever is mounted over it.
 */
public final class FileDirectory implements BackingDirectory {

  private static final LibC LIBC = LibC.INSTANCE;

  // include/uapi/linux/fcntl.h
  private static final int CURRENT_DIRECTORY = -100;

  private final Path path;
  final int fd;
  private final FileOpener files;
  private final DirectoryNames names;
  private final AtomicBoolean closed = new AtomicBoolean();
  volatile @Nullable PoolLock lock; // of a pool, once it is locked

  private FileDirectory(Path path, int fd) {
    this.path = path;
    this.fd = fd;
    files = new FileOpener(fd, path);
    names = new DirectoryNames(fd, path, files.tether());
  }

  /** One that is open, and locked by {@code its} lock. */
  FileDirectory(int fd, PoolLock its) throws IOException {
    this(OpenFile.of(fd).toRealPath(), fd);
    lock = its;
  }

  /** Opens a directory without locking it. */
  public static FileDirectory open(Path path) throws IOException {
    int flags = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.CLOSE_ON_EXEC;
    int fd = LIBC.openat(CURRENT_DIRECTORY, FileName.of(path.toAbsolutePath()), flags, 0);
    if (fd < 0) {
      throw FileOpener.noPool(path);
    }
    return new FileDirectory(OpenFile.of(fd).toRealPath(), fd);
  }

  /**
   * Opens a pool and locks it until it is closed: alone, or {@code shared} with others who share
   * it. Waits for a holder that is going away.
   *
   * @throws ErrnoException EBUSY, naming the holder, if it stays
   */
  public static FileDirectory lock(Path path, boolean shared) throws IOException {
    return lock(path, shared, PoolLock.LONGEST_WAIT);
  }

  /** As {@link #lock(Path, boolean)}, waiting no longer than {@code longestWait}. */
  public static FileDirectory lock(Path path, boolean shared, Duration longestWait)
      throws IOException {
    FileDirectory directory = open(path);
    try {
      if (!shared && !Files.isWritable(directory.path)) {
        throw new ErrnoException(
            Errno.EACCES,
            "you may not write to the pool "
                + FileName.of(path)
                + "; do this as its owner, or use -o ro to read it");
      }
      directory.lock = PoolLock.take(directory.files, shared, longestWait);
      return directory;
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Opens any file or block device to look at it, following symbolic links, and locks a file as
   * QEMU would.
   *
   * @throws ErrnoException EBUSY if a process has it open to write to it, else as open(2)
   */
  public static BlockDevice openToLookAt(Path path) throws IOException {
    int place = LIBC.openat(CURRENT_DIRECTORY, FileName.of(path), OpenFlags.PLACE, 0);
    if (place < 0) {
      throw LastErrno.failure("open " + FileName.of(path));
    }
    try {
      Kind kind = FileStat.of(place).kind();
      if (kind == Kind.OTHER) {
        throw new ErrnoException( // opening it may ring or wait
            Errno.EINVAL,
            FileName.of(path) + " is neither a file nor a block device; name a COW device");
      }
      FileOpener anywhere = new FileOpener(CURRENT_DIRECTORY, Path.of(""));
      int flags = OpenFlags.of(Access.READ);
      return anywhere.openLocked(FileName.of(path), flags, kind, Access.READ);
    } finally {
      LIBC.close(place);
    }
  }

  @Override
  public String name() {
    return FileName.of(Objects.requireNonNullElse(path.getFileName(), path));
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(OpenFile.of(fd))) {
      for (Path entry : entries) {
        names.add(FileName.of(Objects.requireNonNull(entry.getFileName())));
      }
    } catch (FileSystemException e) { // which names a number for the directory
      throw Errno.EMFILE.description().equals(e.getReason())
          ? LastErrno.failure("list " + path, Errno.EMFILE)
          : new IOException("list " + path + ": " + e.getReason(), e);
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public boolean holds(String name) throws IOException {
    int flags = OpenFlags.PLACE | OpenFlags.NO_FOLLOW | OpenFlags.CLOSE_ON_EXEC;
    int place = LIBC.openat(fd, DirectoryNames.checked(name), flags, 0);
    if (place >= 0) {
      LIBC.close(place);
    } else if (LastErrno.get() != Errno.ENOENT) {
      throw LastErrno.failure("look for " + path.resolve(name));
    }
    return place >= 0;
  }

  @Override
  public @Nullable Stat stat(String name) throws IOException {
    int place =
        LIBC.openat(fd, DirectoryNames.checked(name), OpenFlags.PLACE | OpenFlags.CLOSE_ON_EXEC, 0);
    if (place < 0) {
      if (LastErrno.get() == Errno.ENOENT) {
        return null;
      }
      throw LastErrno.failure("stat " + this + "/" + name);
    }
    try {
      return FileStat.of(place)
          .toStat(Files.isSymbolicLink(OpenFile.of(fd).resolve(FileName.path(name))));
    } finally {
      LIBC.close(place);
    }
  }

  @Override
  public void awaitTick(Collection<FileTimes> noted) throws IOException {
    FileClock.awaitTick(noted);
  }

  @Override
  public BlockDevice openImage(String name, Access access) throws IOException {
    Stat stat = stat(name);
    boolean device = stat != null && stat.kind() == Kind.BLOCK_DEVICE;
    int flags = OpenFlags.of(access) | (device ? OpenFlags.EXCLUSIVE : 0);
    return files.openLocked(name, flags, device ? Kind.BLOCK_DEVICE : Kind.FILE, access);
  }

  @Override
  public BlockDevice openFile(String name, Access access) throws IOException {
    int flags = OpenFlags.of(access) | OpenFlags.NO_FOLLOW;
    return files.openLocked(DirectoryNames.checked(name), flags, Kind.FILE, access);
  }

  @Override
  public BlockDevice create(String name, long size) throws IOException {
    return files.create(DirectoryNames.checked(name), size);
  }

  @Override
  public BlockDevice createUnnamed(long size) throws IOException {
    return files.createUnnamed(size);
  }

  @Override
  public @Nullable BlockDevice inheritUnnamed(HandedOn handedOn, String name) throws IOException {
    int kept = handedOn.inherited(name);
    return kept < 0 ? null : files.unnamed(kept);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    names.rename(DirectoryNames.checked(from), DirectoryNames.checked(to));
  }

  @Override
  public void replace(String from, String to) throws IOException {
    names.replace(DirectoryNames.checked(from), DirectoryNames.checked(to));
  }

  @Override
  public void delete(String name) throws IOException {
    names.delete(DirectoryNames.checked(name));
  }

  @Override
  public @Nullable String readText(String name) throws IOException {
    int flags = OpenFlags.of(Access.READ) | OpenFlags.NO_FOLLOW;
    try (FileDevice file = files.open(DirectoryNames.checked(name), flags, Kind.FILE)) {
      return TextFile.read(file);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void sync() throws IOException {
    names.sync();
  }

  @Override
  public long freeBytes() {
    return OpenFile.of(fd).toFile().getUsableSpace();
  }

  @Override
  public long totalBytes() {
    return OpenFile.of(fd).toFile().getTotalSpace();
  }

  /** Whom the pool's lock and those of its images do not keep out, a line each; mostly none. */
  public List<String> warnings() {
    PoolLock held = lock;
    String warning = held == null ? null : held.warning();
    return warning == null ? files.unlocked() : List.of(warning);
  }

  @Override
  public void checkLock() throws IOException {
    PoolLock held = lock;
    files.tether().check();
    if (held != null && !held.mine()) {
      throw files
          .tether()
          .tear("the lock on the pool is lost, and perhaps another machine's by now", null);
    }
  }

  @Override
  public void whenLost(Consumer<String> listener) {
    files.tether().whenTorn(listener);
  }

  @Override
  public void giveUp() throws IOException {
    PoolLock held = lock;
    if (held != null) {
      held.undo();
    }
    close();
  }

  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return;
    }
    PoolLock held = lock;
    if (held != null) {
      held.close();
    }
    if (LIBC.close(fd) < 0) {
      throw LastErrno.failure("close " + this);
    }
  }

  /** The directory's path, links resolved, as it was when it was opened. */
  @Override
  public String toString() {
    return FileName.of(path);
  }
}
