package org.dmsnap.pool.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which snapshots were taken of which: found at once, as there may be thousands.
 *
 * @param byOrigin the names of the snapshots that name an origin, or a snapshot, as theirs
 */
record Stacks(Map<String, List<String>> byOrigin) {

  /** Those of listed snapshots, by name, in that order. */
  static Stacks of(Map<String, SnapshotEntry> snapshots) {
    Map<String, List<String>> byOrigin = new HashMap<>();
    snapshots.forEach(
        (name, entry) ->
            byOrigin.computeIfAbsent(entry.origin(), origin -> new ArrayList<>()).add(name));
    return new Stacks(byOrigin);
  }

  /** The snapshots that name {@code name}. */
  List<String> directlyOver(String name) {
    return byOrigin.getOrDefault(name, List.of());
  }

  /** As {@link #directlyOver}, and those that name them and so on, each before its own. */
  List<String> over(String name) {
    List<String> all = new ArrayList<>();
    for (String snapshot : directlyOver(name)) {
      all.add(snapshot);
      all.addAll(over(snapshot));
    }
    return all;
  }
}
