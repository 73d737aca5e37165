package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.terminal.ProgressLines;

/** Follows one merge as {@code ctl} shows it, and prints LVM's lines about it. */
public final class MergeProgress {

  private static final long FIRST_POLL_MILLIS = 16; // a short merge is not waited for in vain
  private static final long LAST_POLL_MILLIS = 256;
  private static final int STATE = 4; // which of the letters of lv_attr
  private static final double ALL = 100;

  private final MountedPool pool;
  private final String snapshot;
  private final ProgressLines lines;
  private String origin = "";

  /** Follows the merge of {@code snapshot}. */
  public MergeProgress(MountedPool pool, String snapshot, ProgressLines lines) {
    this.pool = pool;
    this.snapshot = snapshot;
    this.lines = lines;
  }

  /**
   * Returns once the merge is done, waiting for it to start first if it is due.
   *
   * @throws IOException if it fails, is dropped, never was, or the pool is not mounted any more
   */
  public void await() throws IOException {
    try {
      for (long pause = FIRST_POLL_MILLIS; underWay(); ) {
        sleep(pause);
        pause = Math.min(pause + pause / 8, LAST_POLL_MILLIS);
      }
    } catch (NoSuchFileException unmounted) {
      throw new ErrnoException(
          Errno.ENODEV,
          "the pool is not mounted any more; the merge of "
              + snapshot
              + " goes on with the next mount",
          unmounted);
    } finally {
      lines.end();
    }
  }

  /**
   * Says whether the merge, which was just asked for, has started or waits for its volumes to be
   * closed.
   */
  public void tellBegun() throws IOException {
    boolean due = false;
    for (Map<String, String> row : LvsRows.of(pool.read("lvs"))) {
      if (cell(row, "lv_name").equals("[" + snapshot + "]")) {
        origin = cell(row, "origin");
        due = !started() && waiting();
      }
    }
    lines.say(due ? waits() : "Merging of volume " + snapshot + " started.");
    lines.end();
  }

  /** Whether the merge is under way; one that waits is not, nor one that has ended meanwhile. */
  private boolean started() throws IOException {
    return pool.read("status/" + origin).contains(" snapshot-merge ");
  }

  /** Whether a merge that has not started waits, or has ended meanwhile. */
  private boolean waiting() throws IOException {
    return pool.devices("status").contains(snapshot);
  }

  /**
   * What it waits for: in a stack, first, that nothing is between the two, nor reads through it.
   */
  private String waits() throws IOException {
    String merging = "Merging of " + snapshot;
    if (pool.isReadThrough(snapshot)) {
      return merging + " waits until what others read in it is theirs.";
    }
    String through = pool.readsThrough(snapshot);
    if (!through.isEmpty() && !through.equals(origin)) {
      return merging + " waits until what it reads in others is its own.";
    }
    return merging + " will occur when " + origin + " and it are closed.";
  }

  private static void sleep(long millis) throws ErrnoException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted; the merge goes on", interrupted);
    }
  }

  private boolean underWay() throws IOException {
    for (Map<String, String> row : LvsRows.of(pool.read("lvs"))) {
      String name = cell(row, "lv_name");
      if (name.equals("[" + snapshot + "]")) {
        return underWay(row);
      }
      if (name.equals(snapshot)) {
        throw new ErrnoException(
            Errno.ENOENT, snapshot + " is not merging, nor due to; see: dmsnap log");
      }
    }
    finished();
    return false;
  }

  private boolean underWay(Map<String, String> row) throws IOException {
    origin = cell(row, "origin");
    if (cell(row, "lv_attr").charAt(STATE) == 'm') {
      throw new ErrnoException(
          Errno.EIO,
          "the merge of "
              + snapshot
              + " into "
              + origin
              + " has failed; see: dmsnap log; once the cause is gone, mount the pool again");
    }
    if (started()) {
      lines.merged(origin, ALL - Double.parseDouble(cell(row, "snap_percent")));
    } else if (waiting()) {
      lines.say(waits());
    }
    return true;
  }

  /** It is gone, so it is merged, if the log says so or we saw it merging. */
  private void finished() throws IOException {
    if (origin.isEmpty()) {
      origin = originInLog();
    }
    lines.merged(origin, ALL);
  }

  private String originInLog() throws IOException {
    String before = " Merge of snapshot " + snapshot + " into ";
    String found = "";
    for (String line : pool.read("log").lines().toList()) {
      int start = line.indexOf(before);
      if (start >= 0 && line.contains(" has finished")) {
        found = line.substring(start + before.length()).split(" ", 2)[0];
      }
    }
    if (found.isEmpty()) {
      throw new ErrnoException(
          Errno.ENOENT, "nothing by the name of " + snapshot + " is merging, or has been merged");
    }
    return found;
  }

  private static String cell(Map<String, String> row, String name) {
    return Objects.requireNonNullElse(row.get(name), "");
  }
}
