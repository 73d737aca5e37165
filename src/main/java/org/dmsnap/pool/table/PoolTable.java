package org.dmsnap.pool.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code pool.table} says, immutable; {@link #toString()} is its text, {@link TableParser}
 * reads it.
 *
 * <pre>
 * # dmsnap: clean base size=1073741824 mtime=1764000000.100000000 ctime=… shown=… beneath=…
 * base: 0 2097152 snapshot-origin base-real
 * base-real: 0 2097152 linear base.img 0
 * # dmsnap: invalid snap Unable to allocate exception
 * snap: 0 2097152 snapshot base-real snap-cow P 16
 * snap-cow: 0 204800 linear snap.cow 0
 * </pre>
 *
 * <p>A merge that waits is a line {@code # dmsnap: merge snap when base and it are closed} above
 * {@code snap}'s; one that runs takes {@code snap}'s lines away and leaves
 *
 * <pre>
 * base: 0 2097152 snapshot-merge base-real base-cow P 16
 * base-real: 0 2097152 linear base.img 0
 * base-cow: 0 204800 linear snap.cow 0
 * </pre>
 *
 * <p>A snapshot may name another as its origin. What merges into such a one keeps its line, as its
 * origin does, and has {@code # dmsnap: merging t into snap} above it. One that was taken of what
 * is further down has {@code # dmsnap: taken t of base}.
 *
 * @param comments of the user's, kept at the top
 * @param origins the size in sectors by name
 * @param snapshots by name
 * @param clean by volume: what the last clean stop noted of its file
 * @param invalid by snapshot: why it is Invalid, where its COW device's header could not say so
 * @param merges by snapshot: that it merges, is due to, is removed while others read through it, or
 *     has been reset
 * @param identities by volume, of those that have one
 */
public record PoolTable(
    List<String> comments,
    NavigableMap<String, Long> origins,
    NavigableMap<String, SnapshotEntry> snapshots,
    NavigableMap<String, CleanNote> clean,
    NavigableMap<String, String> invalid,
    NavigableMap<String, MergeStage> merges,
    NavigableMap<String, Identity> identities) {

  /** The table of a new pool. */
  static final PoolTable EMPTY =
      new PoolTable(
          List.of(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>());

  /** How many snapshots one may read through at most, itself included. */
  public static final int MOST_DEPTH = 32;

  /** The mark of a comment that means something. */
  static final String DIRECTIVE = "# dmsnap: ";

  /** Whether a volume of that name is listed. */
  public boolean lists(String name) {
    return origins.containsKey(name) || snapshots.containsKey(name);
  }

  /** The listed snapshots of {@code origin}. */
  public List<String> snapshotsOf(String origin) {
    List<String> names = new ArrayList<>();
    snapshots.forEach(
        (name, entry) -> {
          if (entry.readsThrough(origin)) {
            names.add(name);
          }
        });
    return names;
  }

  /** The snapshots of {@code origin} and those taken of them and so on, each before its own. */
  public List<String> treeOf(String origin) {
    return Stacks.of(snapshots).over(origin);
  }

  /** What {@code name} reads through at the bottom: itself, unless it is a snapshot. */
  public String bottomOf(String name) {
    String at = name;
    for (SnapshotEntry entry = snapshots.get(at); entry != null; entry = snapshots.get(at)) {
      at = entry.origin();
    }
    return at;
  }

  /** With an origin added, or its size changed. */
  public PoolTable withOrigin(String name, long sectors) {
    return new PoolTable(
        comments, with(origins, name, sectors), snapshots, clean, invalid, merges, identities);
  }

  /** With a snapshot added or changed. */
  public PoolTable withSnapshot(String name, SnapshotEntry entry) {
    return new PoolTable(
        comments, origins, with(snapshots, name, entry), clean, invalid, merges, identities);
  }

  /** With the size of a listed snapshot's COW device corrected. */
  public PoolTable withCowSectors(String name, long sectors) {
    SnapshotEntry entry = snapshots.get(name);
    return entry == null ? this : withSnapshot(name, entry.withCowSectors(sectors));
  }

  /** With a listed snapshot Invalid. */
  public PoolTable withInvalid(String name, String reason) {
    return snapshots.containsKey(name)
        ? new PoolTable(
            comments,
            origins,
            snapshots,
            clean,
            with(invalid, name, oneLine(reason)),
            merges,
            identities)
        : this;
  }

  /** With a listed snapshot that has a new and empty store, in the file of a new one. */
  public PoolTable withReset(String name, SnapshotEntry entry) {
    return new PoolTable(
        comments,
        origins,
        with(snapshots, name, entry),
        clean,
        with(invalid, name, null),
        with(merges, name, MergeStage.RESET),
        identities);
  }

  /** With the identity of a listed volume. */
  public PoolTable withIdentity(String name, Identity identity) {
    return lists(name)
        ? new PoolTable(
            comments, origins, snapshots, clean, invalid, merges, with(identities, name, identity))
        : this;
  }

  /** With {@code notes} of a clean stop. */
  public PoolTable withClean(Map<String, CleanNote> notes) {
    NavigableMap<String, CleanNote> all = new TreeMap<>(clean);
    all.putAll(notes);
    all.keySet().retainAll(listed());
    return new PoolTable(comments, origins, snapshots, all, invalid, merges, identities);
  }

  /** Without the notes of {@code names}. */
  public PoolTable withoutClean(Collection<String> names) {
    NavigableMap<String, CleanNote> left = new TreeMap<>(clean);
    left.keySet().removeAll(names);
    return new PoolTable(comments, origins, snapshots, left, invalid, merges, identities);
  }

  private Set<String> listed() {
    Set<String> names = new HashSet<>(origins.keySet());
    names.addAll(snapshots.keySet());
    return names;
  }

  /** With a listed snapshot's end at {@code stage}, or without any. */
  public PoolTable withMerge(String name, @Nullable MergeStage stage) {
    return new PoolTable(
        comments, origins, snapshots, clean, invalid, with(merges, name, stage), identities);
  }

  /**
   * With a snapshot that all that read through its origin read through instead.
   *
   * @throws IllegalArgumentException if that would be too deep
   */
  public PoolTable withBeneath(String name, SnapshotEntry entry) {
    NavigableMap<String, SnapshotEntry> all = new TreeMap<>(snapshots);
    all.replaceAll(
        (other, above) -> above.readsThrough(entry.origin()) ? above.withOrigin(name) : above);
    all.put(name, entry);
    new StackRules(all, merges).checkStacks();
    return withSnapshots(all);
  }

  /** With a snapshot that nothing reads through: what did so reads through what it does. */
  public PoolTable withLeaf(String name) {
    SnapshotEntry leaf = snapshots.get(name);
    if (leaf == null) {
      return this; // nothing can
    }
    NavigableMap<String, SnapshotEntry> all = new TreeMap<>(snapshots);
    all.replaceAll((other, above) -> above.instead(name, leaf));
    return withSnapshots(all);
  }

  /** With a snapshot that reads through nothing but what it was taken of. */
  public PoolTable withFlat(String name) {
    SnapshotEntry entry = Objects.requireNonNull(snapshots.get(name));
    return withSnapshot(name, entry.withOrigin(entry.taken()));
  }

  private PoolTable withSnapshots(NavigableMap<String, SnapshotEntry> all) {
    return new PoolTable(comments, origins, all, clean, invalid, merges, identities);
  }

  /** Without that volume. */
  public PoolTable without(String name) {
    return new PoolTable(
        comments,
        with(origins, name, null),
        with(snapshots, name, null),
        with(clean, name, null),
        with(invalid, name, null),
        with(merges, name, null),
        with(identities, name, null));
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
    return TableText.of(this);
  }

  /** The table line of an origin that has snapshots. */
  public static String snapshotOrigin(String name, long sectors) {
    return "0 " + sectors + " snapshot-origin " + name + PoolFiles.REAL;
  }

  /** The table line of a device that is a whole file. */
  public static String linear(long sectors, String file) {
    return "0 " + sectors + " linear " + file + " 0";
  }
}
