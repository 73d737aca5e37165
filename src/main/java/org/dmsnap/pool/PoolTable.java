package org.dmsnap.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code pool.table} says, immutable; {@link #toString()} is its text, {@link TableParser}
 * reads it.
 *
 * <pre>
 * # dmsnap: clean base size=1073741824 mtime=1764000000
 * base: 0 2097152 snapshot-origin base-real
 * base-real: 0 2097152 linear base.img 0
 * # dmsnap: invalid snap Unable to allocate exception
 * snap: 0 2097152 snapshot base-real snap-cow P 16
 * snap-cow: 0 204800 linear snap.cow 0
 * </pre>
 *
 * @param comments of the user's, kept at the top
 * @param origins the size in sectors by name
 * @param snapshots by name
 * @param clean by origin: what the last clean stop noted
 * @param invalid by snapshot: why it is Invalid, where its COW device's header could not say so
 */
record PoolTable(
    List<String> comments,
    NavigableMap<String, Long> origins,
    NavigableMap<String, SnapshotEntry> snapshots,
    NavigableMap<String, CleanNote> clean,
    NavigableMap<String, String> invalid) {

  /** The table of a new pool. */
  static final PoolTable EMPTY =
      new PoolTable(List.of(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  /** The mark of a comment that means something. */
  static final String DIRECTIVE = "# dmsnap: ";

  /** Whether a volume of that name is listed. */
  boolean lists(String name) {
    return origins.containsKey(name) || snapshots.containsKey(name);
  }

  /** The listed snapshots of {@code origin}. */
  List<String> snapshotsOf(String origin) {
    List<String> names = new ArrayList<>();
    snapshots.forEach(
        (name, entry) -> {
          if (entry.origin().equals(origin)) {
            names.add(name);
          }
        });
    return names;
  }

  /** With an origin added, or its size changed. */
  PoolTable withOrigin(String name, long sectors) {
    return new PoolTable(comments, with(origins, name, sectors), snapshots, clean, invalid);
  }

  /** With a snapshot added or changed. */
  PoolTable withSnapshot(String name, SnapshotEntry entry) {
    return new PoolTable(comments, origins, with(snapshots, name, entry), clean, invalid);
  }

  /** With the size of a listed snapshot's COW device corrected. */
  PoolTable withCowSectors(String name, long sectors) {
    SnapshotEntry entry = snapshots.get(name);
    return entry == null ? this : withSnapshot(name, entry.withCowSectors(sectors));
  }

  /** With a listed snapshot Invalid. */
  PoolTable withInvalid(String name, String reason) {
    return snapshots.containsKey(name)
        ? new PoolTable(comments, origins, snapshots, clean, with(invalid, name, oneLine(reason)))
        : this;
  }

  /** With these notes of a clean stop, or without any. */
  PoolTable withClean(Map<String, CleanNote> notes) {
    return new PoolTable(comments, origins, snapshots, new TreeMap<>(notes), invalid);
  }

  /** Without that volume. */
  PoolTable without(String name) {
    return new PoolTable(
        comments,
        with(origins, name, null),
        with(snapshots, name, null),
        with(clean, name, null),
        with(invalid, name, null));
  }

  private static <V> NavigableMap<String, V> with(
      NavigableMap<String, V> map, String name, @Nullable V value) {
    NavigableMap<String, V> changed = new TreeMap<>(map);
    if (value == null) {
      changed.remove(name);
    } else {
      changed.put(name, value);
    }
    return changed;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  /** The text of the file. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    comments.forEach(comment -> text.append(comment).append('\n'));
    origins.forEach((name, sectors) -> printOrigin(text, name, sectors));
    return text.toString();
  }

  private void printOrigin(StringBuilder text, String name, long sectors) {
    if (clean.containsKey(name)) {
      text.append(DIRECTIVE).append("clean ").append(name).append(' ');
      text.append(Objects.requireNonNull(clean.get(name))).append('\n');
    }
    List<String> names = snapshotsOf(name);
    String linear = linear(sectors, PoolFiles.image(name));
    if (names.isEmpty()) {
      print(text, name, linear);
      return;
    }
    print(text, name, snapshotOrigin(name, sectors));
    print(text, name + PoolFiles.REAL, linear);
    for (String snapshot : names) {
      printSnapshot(text, snapshot, Objects.requireNonNull(snapshots.get(snapshot)));
    }
  }

  private void printSnapshot(StringBuilder text, String name, SnapshotEntry entry) {
    if (invalid.containsKey(name)) {
      text.append(DIRECTIVE).append("invalid ").append(name).append(' ');
      text.append(invalid.get(name)).append('\n');
    }
    print(text, name, entry.line(name));
    if (entry.cowSectors() > 0) {
      print(text, name + PoolFiles.COW, linear(entry.cowSectors(), PoolFiles.cow(name)));
    }
  }

  private static void print(StringBuilder text, String name, String line) {
    text.append(name).append(": ").append(line).append('\n');
  }

  /** The table line of an origin that has snapshots. */
  static String snapshotOrigin(String name, long sectors) {
    return "0 " + sectors + " snapshot-origin " + name + PoolFiles.REAL;
  }

  /** The table line of a device that is a whole file. */
  static String linear(long sectors, String file) {
    return "0 " + sectors + " linear " + file + " 0";
  }
}
