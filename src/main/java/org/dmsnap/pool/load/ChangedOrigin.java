package org.dmsnap.pool.load;

import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileTimes;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.CleanNote;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;

/** Notices that an origin with snapshots was changed while its pool was not open. */
final class ChangedOrigin {

  private static final String ACCEPT = "; to mount it all the same, use -o accept_changed_origin";

  private final PoolTable table;
  private final boolean accept;
  private final EventLog log;

  /** Compares with {@code table}; a change of time that is accepted is only logged. */
  ChangedOrigin(PoolTable table, boolean accept, EventLog log) {
    this.table = table;
    this.accept = accept;
    this.log = log;
  }

  /** Refuses the origin {@code name} with ESTALE if it has snapshots and has changed. */
  void check(String name, Evidence evidence) throws ErrnoException {
    String resized = resized(table, name, evidence.image());
    if (!resized.isEmpty()) {
      throw refusal(name, resized, "");
    }
    String written = written(table, name, evidence);
    if (written.isEmpty()) {
      return;
    }
    if (!accept) {
      throw refusal(name, written, ACCEPT);
    }
    log.warning(what(name, written) + ". It was accepted, and its snapshots may be wrong");
  }

  private ErrnoException refusal(String name, String change, String remedy) {
    return new ErrnoException(
        Errno.ESTALE,
        what(name, change)
            + ". Its snapshots ("
            + String.join(", ", table.treeOf(name))
            + ") would no longer be what they were"
            + remedy);
  }

  private static String what(String name, String change) {
    return "the image of " + name + " was changed while the pool was not mounted: " + change;
  }

  /** What of the origin {@code name} keeps its pool from being mounted, or an empty text. */
  static String change(PoolTable table, String name, Evidence evidence) {
    String resized = resized(table, name, evidence.image());
    if (!resized.isEmpty()) {
      return resized;
    }
    String written = written(table, name, evidence);
    return written.isEmpty() ? "" : written + ACCEPT;
  }

  private static String resized(PoolTable table, String name, BackingDirectory.Stat stat) {
    if (table.treeOf(name).isEmpty()) {
      return "";
    }
    long sectors = Sectors.in(stat.size());
    long listed = Objects.requireNonNull(table.origins().get(name));
    if (sectors != listed) {
      return sizes(name, sectors, listed);
    }
    for (String snapshot : table.treeOf(name)) {
      long expected = Objects.requireNonNull(table.snapshots().get(snapshot)).sectors();
      if (sectors != expected) {
        return sizes(name, sectors, expected);
      }
    }
    return "";
  }

  private static String written(PoolTable table, String name, Evidence evidence) {
    CleanNote note = evidence.note();
    if (note == null || !evidence.imageChanged() || table.treeOf(name).isEmpty()) {
      return "";
    }
    FileTimes noted = note.times();
    FileTimes now = evidence.image().times();
    return now.modified() == noted.modified()
        ? "something of it was changed at "
            + FileTimes.instant(now.changed())
            + ", after the last clean stop, whatever its time of modification says"
        : "it was last written at "
            + FileTimes.instant(now.modified())
            + ", after the last clean stop noted "
            + FileTimes.instant(noted.modified());
  }

  private static String sizes(String name, long now, long before) {
    return "it has "
        + now
        + " sectors, not "
        + before
        + "; give it its size again (truncate -s "
        + Sectors.toBytes(before)
        + " "
        + PoolFiles.image(name)
        + ")";
  }
}
