package org.dmsnap.pool.table;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code pool.table}, line by line.
 *
 * @param table what is to be written
 * @param stacks its snapshots by what they were taken of
 * @param text what is written by now
 */
record TableText(PoolTable table, Stacks stacks, StringBuilder text) {

  /** The text of {@code table}. */
  static String of(PoolTable table) {
    TableText text = new TableText(table, Stacks.of(table.snapshots()), new StringBuilder());
    table.comments().forEach(text::printComment);
    table.origins().forEach(text::printOrigin);
    return text.text.toString();
  }

  private void printComment(String comment) {
    text.append(comment).append('\n');
  }

  private void printOrigin(String name, long sectors) {
    List<String> names = stacks.directlyOver(name);
    printNote(name);
    String linear = PoolTable.linear(sectors, PoolFiles.image(name));
    if (names.isEmpty()) {
      print(name, linear);
      return;
    }
    String merging = merging(names);
    SnapshotEntry merged = merging == null ? null : table.snapshots().get(merging);
    print(name, merged == null ? PoolTable.snapshotOrigin(name, sectors) : merged.mergeLine(name));
    print(name + PoolFiles.REAL, linear);
    for (String snapshot : names) {
      String above = snapshot.equals(merging) ? name : snapshot;
      printSnapshot(above, snapshot, Objects.requireNonNull(table.snapshots().get(snapshot)));
      for (String stacked : stacks.over(snapshot)) {
        printSnapshot(stacked, stacked, Objects.requireNonNull(table.snapshots().get(stacked)));
      }
    }
  }

  private void printNote(String name) {
    Identity identity = table.identities().get(name);
    if (identity != null) {
      text.append(PoolTable.DIRECTIVE).append("identity ").append(name).append(' ');
      text.append(identity).append('\n');
    }
    CleanNote note = table.clean().get(name);
    if (note != null) {
      text.append(PoolTable.DIRECTIVE)
          .append("clean ")
          .append(name)
          .append(' ')
          .append(note)
          .append('\n');
    }
  }

  /** The one of {@code names} that merges by now, or null. */
  private @Nullable String merging(List<String> names) {
    for (String name : names) {
      if (table.merges().get(name) == MergeStage.RUNNING) {
        return name;
      }
    }
    return null;
  }

  /** What is printed under the name {@code above} is the origin's if the snapshot merges. */
  private void printSnapshot(String above, String name, SnapshotEntry entry) {
    printNote(name);
    if (table.invalid().containsKey(name)) {
      text.append(PoolTable.DIRECTIVE).append("invalid ").append(name).append(' ');
      text.append(table.invalid().get(name)).append('\n');
    }
    if (table.merges().get(name) == MergeStage.DUE) {
      text.append(PoolTable.DIRECTIVE).append("merge ").append(name).append(" when ");
      text.append(entry.origin()).append(" and it are closed\n");
    }
    if (table.merges().get(name) == MergeStage.REMOVED) {
      text.append(PoolTable.DIRECTIVE).append("removed ").append(name);
      text.append(" once others do not read through it\n");
    }
    if (table.merges().get(name) == MergeStage.RESET) {
      text.append(PoolTable.DIRECTIVE).append("reset ").append(name).append(" to what is in ");
      text.append(PoolFiles.fresh(PoolFiles.cow(name))).append(" if that is there\n");
    }
    if (above.equals(name) && table.merges().get(name) == MergeStage.RUNNING) {
      text.append(PoolTable.DIRECTIVE).append("merging ").append(name).append(" into ");
      text.append(entry.origin()).append('\n');
    }
    if (above.equals(name)) {
      print(name, entry.line(name));
    }
    if (entry.cowSectors() > 0) {
      print(above + PoolFiles.COW, PoolTable.linear(entry.cowSectors(), PoolFiles.cow(name)));
    }
  }

  private void print(String name, String line) {
    text.append(name).append(": ").append(line).append('\n');
  }
}
