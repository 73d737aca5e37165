package org.dmsnap.pool.table;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code pool.table}, line by line.
 *
 * @param table what is to be written
 * @param stacks its snapshots by what they read through
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
      directive("identity", name, identity.toString());
    }
    CleanNote note = table.clean().get(name);
    if (note != null) {
      directive("clean", name, note.toString());
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
      directive("invalid", name, String.valueOf(table.invalid().get(name)));
    }
    if (!entry.readsThrough(entry.taken())) {
      directive("taken", name, "of " + entry.taken());
    }
    printStage(above, name, entry);
    if (above.equals(name)) {
      print(name, entry.line(name));
    }
    if (entry.cowSectors() > 0) {
      print(above + PoolFiles.COW, PoolTable.linear(entry.cowSectors(), PoolFiles.cow(name)));
    }
  }

  private void printStage(String above, String name, SnapshotEntry entry) {
    MergeStage stage = table.merges().get(name);
    if (stage == MergeStage.DUE) {
      directive("merge", name, "when " + entry.taken() + " and it are closed");
    }
    if (stage == MergeStage.REMOVED) {
      directive("removed", name, "once others do not read through it");
    }
    if (stage == MergeStage.RESET) {
      String fresh = PoolFiles.fresh(PoolFiles.cow(name));
      directive("reset", name, "to what is in " + fresh + " if that is there");
    }
    if (stage == MergeStage.RUNNING && above.equals(name)) {
      directive("merging", name, "into " + entry.origin());
    }
  }

  private void directive(String word, String name, String rest) {
    text.append(PoolTable.DIRECTIVE).append(word).append(' ').append(name);
    text.append(' ').append(rest).append('\n');
  }

  private void print(String name, String line) {
    text.append(name).append(": ").append(line).append('\n');
  }
}
