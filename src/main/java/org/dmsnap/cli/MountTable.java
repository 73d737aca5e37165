package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted where, see proc(5) on {@code /proc/PID/mountinfo}.
 *
 * @param entries in the order in which they were mounted
 */
record MountTable(List<Entry> entries) {

  /** What the file systems of dmsnap call themselves. */
  static final String TYPE = "fuse.dmsnap";

  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNTPOINT = 4;
  private static final int OPTIONS = 5;

  /**
   * One mount.
   *
   * @param device the number of what it shows, {@code major:minor}
   * @param root which part of the file system is mounted; {@code /} is all of it
   * @param mountpoint where it is
   * @param options of this mount, with commas between
   * @param type of its file system
   * @param source what it shows: a device, or of dmsnap a pool
   */
  record Entry(
      String device, String root, String mountpoint, String options, String type, String source) {}

  /** Reads the mounts as this process sees them, or as {@code proc} tells in a test. */
  static MountTable read(Path proc) throws IOException {
    return ofProcess(proc.resolve("self"));
  }

  /** Reads the mounts as the process sees them whose directory in /proc is {@code process}. */
  static MountTable ofProcess(Path process) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(process.resolve("mountinfo"))) {
      int separator = line.indexOf(" - ");
      String[] where = line.substring(0, Math.max(0, separator)).split(" ", -1);
      String[] what = line.substring(separator + 3).split(" ", 3);
      if (where.length > OPTIONS && what.length > 1) {
        String mountpoint = unescape(where[MOUNTPOINT]);
        entries.add(
            new Entry(
                where[DEVICE],
                unescape(where[ROOT]),
                mountpoint,
                where[OPTIONS],
                what[0],
                unescape(what[1])));
      }
    }
    return new MountTable(entries);
  }

  /**
   * What is to be seen at {@code path}, absolute and without links; null if it is no mountpoint.
   */
  @Nullable Entry at(Path path) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).mountpoint().equals(path.toString())) {
        return entries.get(i);
      }
    }
    return null;
  }

  /** The mount that {@code path}, absolute and without links, lies in. */
  @Nullable Entry holding(Path path) {
    Entry holding = null;
    for (Entry mount : entries) {
      boolean longer =
          holding == null || mount.mountpoint().length() >= holding.mountpoint().length();
      if (longer && path.startsWith(mount.mountpoint())) {
        holding = mount;
      }
    }
    return holding;
  }

  /** The mounts of the pool {@code path}, whatever links either was named by. */
  List<Entry> ofPool(Path path) {
    Path pool = real(path);
    return entries.stream()
        .filter(mount -> mount.type().equals(TYPE) && real(Path.of(mount.source())).equals(pool))
        .toList();
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException unseen) {
      return path; // by this user, or gone
    }
  }

  /**
   * Refuses the pool {@code path} where its mountpoint is meant, naming that.
   *
   * @throws ErrnoException EINVAL if it is mounted
   */
  void refusePool(Path path) throws ErrnoException {
    for (Entry mount : ofPool(path)) {
      throw new ErrnoException(
          Errno.EINVAL, path + " is the pool; name where it is mounted, " + mount.mountpoint());
    }
  }

  /** The mounts of single volumes out of {@code mount}, made by {@code mount --bind}. */
  List<Entry> partsOf(Entry mount) {
    return entries.stream()
        .filter(entry -> entry.device().equals(mount.device()) && !entry.root().equals("/"))
        .toList();
  }

  /** Undoes what the kernel does to blanks and backslashes: {@code \040}. */
  private static String unescape(String word) {
    return word.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
