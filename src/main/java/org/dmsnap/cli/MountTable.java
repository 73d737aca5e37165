package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is mounted where, see proc(5) on {@code /proc/PID/mountinfo}.
 *
 * @param entries in the order in which they were mounted
 */
record MountTable(List<Entry> entries) {

  /** What the file systems of dmsnap call themselves. */
  static final String TYPE = "fuse.dmsnap";

  private static final int MOUNTPOINT = 4;

  /**
   * One mount.
   *
   * @param mountpoint where it is
   * @param type of its file system
   * @param source what it shows: a device, or of dmsnap a pool
   */
  record Entry(String mountpoint, String type, String source) {}

  /** Reads the mounts as this process sees them, or as {@code proc} tells in a test. */
  static MountTable read(Path proc) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : Files.readAllLines(proc.resolve("self/mountinfo"))) {
      int separator = line.indexOf(" - ");
      String[] where = line.substring(0, Math.max(0, separator)).split(" ", -1);
      String[] what = line.substring(separator + 3).split(" ", 3);
      if (where.length > MOUNTPOINT && what.length > 1) {
        entries.add(new Entry(unescape(where[MOUNTPOINT]), what[0], unescape(what[1])));
      }
    }
    return new MountTable(entries);
  }

  /** Undoes what the kernel does to blanks and backslashes: {@code \040}. */
  private static String unescape(String word) {
    return word.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
