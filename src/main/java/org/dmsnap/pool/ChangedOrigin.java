package org.dmsnap.pool;

import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;

/** Notices that an origin with snapshots was changed while its pool was not open. */
final class ChangedOrigin {

  private final PoolTable table;
  private final boolean accept;
  private final EventLog log;

  /** Compares with {@code table}; a change that is accepted is only logged. */
  ChangedOrigin(PoolTable table, boolean accept, EventLog log) {
    this.table = table;
    this.accept = accept;
    this.log = log;
  }

  /** Refuses the origin {@code name} with ESTALE if it has snapshots and has changed. */
  void check(String name, BackingDirectory.Stat stat) throws ErrnoException {
    String change = change(table, name, stat);
    if (change.isEmpty()) {
      return;
    }
    String what = "the image of " + name + " was changed while the pool was not mounted: " + change;
    if (!accept) {
      throw new ErrnoException(
          Errno.ESTALE,
          what
              + ". Its snapshots ("
              + String.join(", ", table.snapshotsOf(name))
              + ") would no longer be what they were; to mount it all the same, use"
              + " -o accept_changed_origin");
    }
    log.warning(what + ". It was accepted, and its snapshots may be wrong");
  }

  /** How the origin {@code name} has changed, if it has snapshots; else an empty text. */
  static String change(PoolTable table, String name, BackingDirectory.Stat stat) {
    if (table.snapshotsOf(name).isEmpty()) {
      return "";
    }
    long sectors = Sectors.in(stat.size());
    long listed = Objects.requireNonNull(table.origins().get(name));
    if (sectors != listed) {
      return sizes(sectors, listed);
    }
    for (String snapshot : table.snapshotsOf(name)) {
      long expected = Objects.requireNonNull(table.snapshots().get(snapshot)).sectors();
      if (sectors != expected) {
        return sizes(sectors, expected);
      }
    }
    CleanNote note = table.clean().get(name);
    if (note == null || note.equals(new CleanNote(stat.size(), stat.modifiedSeconds()))) {
      return "";
    }
    return "it was last written at "
        + stat.modifiedSeconds()
        + " (seconds since 1970), after the last clean stop noted "
        + note.modifiedSeconds();
  }

  private static String sizes(long now, long before) {
    return "it has " + now + " sectors, not " + before;
  }
}
