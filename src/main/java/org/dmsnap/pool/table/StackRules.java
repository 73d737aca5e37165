package org.dmsnap.pool.table;

import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;

/**
 * What must be right of listed snapshots together: each comes to an origin, and merges into what it
 * was taken of. Whatever is not is an {@link IllegalArgumentException} that says what.
 *
 * @param snapshots by name
 * @param merges by snapshot
 */
record StackRules(
    NavigableMap<String, SnapshotEntry> snapshots, NavigableMap<String, MergeStage> merges) {

  private static final Set<MergeStage> MERGING = Set.of(MergeStage.DUE, MergeStage.RUNNING);

  /** Notes that {@code name} merges into the snapshot that it was taken of. */
  void merging(String name, String origin) {
    SnapshotEntry entry = snapshots.get(name);
    if (entry == null || !entry.origin().equals(origin) || !snapshots.containsKey(origin)) {
      throw new IllegalArgumentException(
          name + " cannot be merging into " + origin + ": it is no snapshot of that snapshot");
    }
    merges.put(name, MergeStage.RUNNING);
  }

  /** Each snapshot must come to an origin, within bounds. */
  void checkStacks() {
    for (String name : snapshots.keySet()) {
      int depth = 0;
      String at = name;
      for (SnapshotEntry entry; (entry = snapshots.get(at)) != null; at = entry.origin()) {
        if (++depth > PoolTable.MOST_DEPTH) {
          throw new IllegalArgumentException(
              name
                  + " reads through itself, or through more than "
                  + PoolTable.MOST_DEPTH
                  + " snapshots: "
                  + at);
        }
      }
    }
  }

  /** Notes that {@code name} was taken of {@code origin}, which it must read through. */
  void takenOf(String name, String origin) {
    String at = name;
    for (SnapshotEntry entry; (entry = snapshots.get(at)) != null; at = entry.origin()) {
      if (entry.readsThrough(origin)) {
        snapshots.computeIfPresent(name, (same, taken) -> taken.withTaken(origin));
        return;
      }
    }
    throw new IllegalArgumentException(
        name + " cannot have been taken of " + origin + ", which it does not read through");
  }

  /** One merges into each at a time, and nothing reads through it. */
  void checkMerges() {
    Set<String> origins = new HashSet<>();
    for (String name : merges.keySet()) {
      String origin = Objects.requireNonNull(snapshots.get(name)).taken();
      if (merges.get(name) == MergeStage.RUNNING
          && snapshots.values().stream().anyMatch(entry -> entry.origin().equals(name))) {
        throw new IllegalArgumentException(name + " merges, so no snapshot can read through it");
      }
      if (merges.get(name) == MergeStage.RUNNING
          && !Objects.requireNonNull(snapshots.get(name)).readsThrough(origin)) {
        throw new IllegalArgumentException(
            name + " cannot be merging: between it and " + origin + " are other snapshots");
      }
      if (MERGING.contains(merges.get(name)) && !origins.add(origin)) {
        throw new IllegalArgumentException(
            "A snapshot is already merging into " + origin + ", so " + name + " cannot");
      }
    }
  }
}
