package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.fuse.Mountpoint;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;

/** A mounted pool as its user sees it: the files under {@code ctl}. */
public final class MountedPool {

  private static final int LONGEST_REPLY = 16 << 10;
  static final String USAGE = "usage: ";
  private static final String REAL = "-real";
  private static final int TARGET = 2; // which word of a table line
  private static final int ORIGIN = 3;

  /** Which letter of {@code lv_attr} is the state. */
  public static final int STATE = 4;

  private final Path mountpoint;
  private final Path control;

  /**
   * @throws IOException in words if no pool is mounted at {@code mountpoint}
   */
  public MountedPool(Path mountpoint) throws IOException {
    this.mountpoint = mountpoint;
    control = mountpoint.resolve("ctl");
    if (!Files.isDirectory(control.resolve("status"))) {
      refuseUnreadable(mountpoint);
      refusePool(MountTable.read(), Mountpoint.resolved(mountpoint));
      throw new ErrnoException(
          Errno.EINVAL,
          FileName.of(mountpoint)
              + " is not where you have a pool mounted: there is no ctl/status in it;"
              + " mount one with: dmsnap mount POOL "
              + FileName.of(mountpoint));
    }
  }

  /**
   * Says so if nothing is there, if it is another user's, or if the process that served a pool
   * there was killed, and nothing in it answers.
   */
  private static void refuseUnreadable(Path mountpoint) throws ErrnoException {
    if (Files.notExists(mountpoint)) {
      throw new ErrnoException(Errno.ENOENT, FileName.of(mountpoint) + " does not exist");
    }
    try {
      Files.getLastModifiedTime(mountpoint.resolve("ctl"));
    } catch (AccessDeniedException foreign) {
      throw new ErrnoException(
          Errno.EACCES,
          "you may not look into "
              + FileName.of(mountpoint)
              + "; if a pool is mounted there, do this as the user who mounted it, who may let"
              + " others in with -o allow_other and mode=",
          foreign);
    } catch (FileSystemException failure) {
      if (Errno.ENOTCONN.description().equals(failure.getReason())) {
        throw new ErrnoException(
            Errno.ENOTCONN,
            "the process that served "
                + FileName.of(mountpoint)
                + " is gone; mount the pool again: dmsnap mount POOL "
                + FileName.of(mountpoint),
            failure);
      }
    } catch (IOException other) {
      return; // something else is there, or nothing
    }
  }

  /**
   * Refuses the pool {@code path} where its mountpoint is meant, naming that.
   *
   * @throws ErrnoException EINVAL if it is mounted
   */
  public static void refusePool(MountTable table, Path path) throws ErrnoException {
    for (Mount mount : table.ofPool(path)) {
      throw new ErrnoException(
          Errno.EINVAL,
          FileName.of(path) + " is the pool; name where it is mounted, " + mount.mountpoint());
    }
  }

  /** The text of {@code ctl/FILE}. */
  public String read(String file) throws IOException {
    return text(control.resolve(file));
  }

  /** The one line of {@code DEV} in {@code ctl/DIRECTORY}, with its newline. */
  public String read(String directory, String device) throws IOException {
    Path file = control.resolve(directory).resolve(device);
    if (device.isEmpty() || device.startsWith(".") || device.indexOf('/') >= 0) {
      throw new ErrnoException(Errno.ENOENT, "no device has the name " + device);
    }
    try {
      return text(file);
    } catch (NoSuchFileException e) {
      String what = "there is no device " + device + " in " + FileName.of(mountpoint);
      throw new ErrnoException(
          Errno.ENOENT, what + "; see: ls " + FileName.of(control.resolve(directory)), e);
    }
  }

  /** The devices that {@code ctl/DIRECTORY} has a line of, sorted. */
  public List<String> devices(String directory) throws IOException {
    try (Stream<Path> files = Files.list(control.resolve(directory))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Whether other snapshots read through a volume. */
  public boolean isReadThrough(String name) throws IOException {
    return devices("table").contains(name + REAL);
  }

  /** What a snapshot reads through first, by its table line; empty if it has no line any more. */
  public String readsThrough(String name) throws IOException {
    try {
      String device = isReadThrough(name) ? name + REAL : name;
      List<String> words = List.of(read("table", device).strip().split(" "));
      boolean snapshot = words.get(TARGET).equals("snapshot");
      String origin = snapshot ? words.get(ORIGIN) : REAL;
      return origin.substring(0, origin.length() - REAL.length());
    } catch (ErrnoException gone) {
      if (gone.errno() != Errno.ENOENT) {
        throw gone;
      }
      return "";
    }
  }

  /**
   * Writes {@code line} to the control file of {@code command}.
   *
   * @return what the file then warns of
   * @throws IOException saying what the file then says of the failure
   */
  public List<String> run(String command, String line) throws IOException {
    try (FileChannel file = open(control.resolve(command))) {
      try {
        file.write(ByteBuffer.wrap(FileName.bytes(line + "\n")));
      } catch (IOException e) {
        throw new IOException(reply(file), e);
      }
      String reply = reply(file);
      return reply.startsWith(USAGE) ? List.of() : reply.lines().toList();
    }
  }

  /** Whether the control file of {@code command} takes commands: of a pool mounted ro none does. */
  public boolean commandable(String command) throws IOException {
    return Files.getPosixFilePermissions(control.resolve(command))
        .contains(PosixFilePermission.OWNER_WRITE);
  }

  /** The letters that {@code ctl/lvs} has of a volume. */
  public String attributes(String volume) throws IOException {
    for (Map<String, String> row : LvsRows.of(read("lvs"))) {
      if (volume.equals(row.get("lv_name"))) {
        return String.valueOf(row.get("lv_attr"));
      }
    }
    throw new ErrnoException(
        Errno.ENOENT, "there is no volume " + volume + " in this pool; see: dmsnap lvs");
  }

  /** Begins to write a stream to the control file of {@code command}, after {@code line}. */
  public ControlStream stream(String command, String line) throws IOException {
    ControlStream stream = new ControlStream(open(control.resolve(command)));
    try {
      stream.write(ByteBuffer.wrap(FileName.bytes(line + "\n")));
      return stream;
    } catch (IOException | RuntimeException failure) {
      stream.close();
      throw failure;
    }
  }

  /** Refuses, in words, what would wait for a volume whose writes are held. */
  public void refuseSuspended(String volume) throws IOException {
    for (Map<String, String> row : LvsRows.of(read("lvs"))) {
      boolean it = volume.equals(row.get("lv_name"));
      if (it && String.valueOf(row.get("lv_attr")).startsWith("s", STATE)) {
        throw new ErrnoException(
            Errno.EBUSY, volume + " is suspended, so nothing can be frozen; resume it first");
      }
    }
  }

  /** Opens without creating and without truncating. */
  private static FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      throw explained("cannot write to " + FileName.of(file), e);
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return FileName.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      throw explained("cannot read " + FileName.of(file), e);
    }
  }

  private static IOException explained(String what, FileSystemException e) {
    String reason = e.getReason();
    if (Errno.ECONNABORTED.description().equals(reason)
        || Errno.ENOTCONN.description().equals(reason)) {
      return new IOException(
          "the process that served the mount is gone; mount the pool again: dmsnap mount", e);
    }
    if (Errno.EROFS.description().equals(reason)) {
      return new IOException("the pool is mounted read-only; mount it without ro to change it", e);
    }
    if (e instanceof AccessDeniedException) {
      reason = "permission denied; the owner of the mount alone may, and not if it is read-only";
    } else if (e instanceof NoSuchFileException) {
      reason = "there is no such file; the pool may have been mounted by another version of dmsnap";
    }
    return new IOException(what + ": " + reason, e);
  }

  /** What the file says by now. */
  static String reply(FileChannel file) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_REPLY);
    file.read(text, 0);
    return FileName.of(Arrays.copyOf(text.array(), text.position())).strip();
  }
}
