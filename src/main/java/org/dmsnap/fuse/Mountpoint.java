package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LastErrno;
import org.dmsnap.kernel.ChildCommand;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.MountTable;

/**
 * A directory to mount over: readies it, and unmounts from it, by system call for root and by
 * {@code fusermount} for everyone else.
 */
public final class Mountpoint {

  private static final MountCalls SYSTEM = MountCalls.INSTANCE;
  private static final int EXISTS = 0; // F_OK of access(2)

  private static final int MOST_LINKS = 40; // as the kernel follows, see path_resolution(7)

  private final Path path;

  private Mountpoint(Path path) {
    this.path = path;
  }

  /** The mountpoint at {@code path}, absolute and without links, as the mount table shows it. */
  public static Mountpoint at(Path path) {
    return new Mountpoint(path);
  }

  /**
   * Takes away what dead processes left mounted at {@code path}, and checks that it can be mounted
   * over: that it is empty, too, unless that is not to matter.
   */
  static Mountpoint ready(Path path, boolean nonempty) throws IOException {
    Path absolute = resolved(path);
    Mountpoint raw = new Mountpoint(absolute);
    while (raw.isDead()) {
      raw.detach();
    }
    if (!Files.exists(absolute)) {
      throw new ErrnoException(
          Errno.ENOENT, "mountpoint " + FileName.of(path) + " does not exist: create it");
    }
    if (!Files.isDirectory(absolute)) {
      throw new ErrnoException(
          Errno.ENOTDIR, "mountpoint " + FileName.of(path) + " is not a directory");
    }
    // as fusermount demands; root may mount over a directory that nobody can write to
    if (SYSTEM.geteuid() != 0 && !(Files.isReadable(absolute) && Files.isWritable(absolute))) {
      throw new ErrnoException(
          Errno.EACCES,
          "you may not mount over "
              + FileName.of(path)
              + ": name a directory that you may write to");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(absolute)) {
      if (!nonempty && entries.iterator().hasNext()) {
        throw new ErrnoException(
            Errno.ENOTEMPTY,
            "mountpoint "
                + FileName.of(path)
                + " is not empty: mount over an empty directory"
                + ", or hide what is in it with -o nonempty");
      }
    }
    return new Mountpoint(absolute.toRealPath());
  }

  /** Absolute and without links. */
  Path path() {
    return path;
  }

  /** Unmounts; EBUSY if it is in use. */
  public void unmount() throws IOException {
    unmount(0, "-u");
  }

  /** Takes the mount out of the tree at once; it lives on until the last user is gone. */
  void detach() throws IOException {
    unmount(MountCalls.MNT_DETACH, "-uz");
  }

  /**
   * Absolute and without links, as the mount table shows it; also that of a dead mount, which the
   * system does not resolve.
   *
   * @throws IOException if the directory that it is in is not there
   */
  public static Path resolved(Path path) throws IOException {
    return resolved(path, MOST_LINKS);
  }

  private static Path resolved(Path path, int links) throws IOException {
    if (links == 0) {
      throw new ErrnoException(Errno.ELOOP, FileName.of(path) + ": " + Errno.ELOOP.description());
    }
    Path absolute = path.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (Files.isDirectory(absolute) || parent == null) {
      return absolute.toRealPath();
    }
    if (Files.isSymbolicLink(absolute)) {
      return resolved(parent.resolve(Files.readSymbolicLink(absolute)), links - 1);
    }
    return parent.toRealPath().resolve(absolute.getFileName());
  }

  /** Whether what is mounted here has no server any more; asks it, which may not answer. */
  public boolean isDead() {
    return SYSTEM.access(FileName.of(path), EXISTS) != 0 && LastErrno.get() == Errno.ENOTCONN;
  }

  private void unmount(int flags, String word) throws IOException {
    if (SYSTEM.geteuid() != 0) {
      fusermount(word);
    } else if (SYSTEM.umount2(FileName.of(path), flags | MountCalls.UMOUNT_NOFOLLOW) != 0) {
      throw failure(LastErrno.get());
    }
  }

  private void fusermount(String word) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(ChildCommand.of(List.of("fusermount", word, FileName.of(path))));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = FileName.of(process.getInputStream().readAllBytes());
    if (exitOf(process) == 0) {
      return;
    }
    if (said.contains("busy")) {
      throw failure(Errno.EBUSY);
    }
    if (said.contains("not found in")) { // of all mounts it knows those of the caller alone
      if (!mounted()) {
        throw failure(Errno.EINVAL);
      }
      throw new ErrnoException(
          Errno.EPERM,
          "you may not unmount "
              + FileName.of(path)
              + ": do this as the user who mounted it, or as root");
    }
    throw new ErrnoException(Errno.EPERM, said.strip());
  }

  private boolean mounted() throws IOException {
    return MountTable.read().at(path) != null;
  }

  private static int exitOf(Process process) throws ErrnoException {
    try {
      return process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted while unmounting", interrupted);
    }
  }

  private ErrnoException failure(Errno errno) {
    String words =
        errno == Errno.EBUSY ? "it is in use; dmsnap umount says by whom" : errno.description();
    return new ErrnoException(errno, "cannot unmount " + FileName.of(path) + ": " + words);
  }
}
