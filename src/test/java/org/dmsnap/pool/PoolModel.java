package org.dmsnap.pool;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The volumes of a pool, and what each may hold after a power cut. */
public final class PoolModel {

  /** A snapshot. */
  public static final class Snap {
    public SectorModel content;
    public final boolean persistent;
    final boolean small; // it can fill up
    boolean mayFill; // so that it may become Invalid
    boolean invalid;
    long leastCowBytes; // that an extension has promised
    public String through = ""; // the snapshot that it reads through first, if it does through any
    public String taken = ""; // the snapshot that it was taken of, if it was of one

    /** One that never becomes Invalid. */
    public Snap(SectorModel content, boolean persistent) {
      this(content, persistent, false, false);
    }

    Snap(SectorModel content, boolean persistent, boolean small, boolean mayFill) {
      this.content = content;
      this.persistent = persistent;
      this.small = small;
      this.mayFill = mayFill;
    }

    Snap copy() {
      Snap copy = new Snap(content.copy(), persistent, small, mayFill);
      copy.invalid = invalid;
      copy.leastCowBytes = leastCowBytes;
      copy.through = through;
      copy.taken = taken;
      return copy;
    }
  }

  /** An origin and its snapshots, but for one that merges: the origin is that already. */
  public static final class Orig {
    public SectorModel content;
    public final Map<String, Snap> snapshots = new TreeMap<>();
    @Nullable String due;
    boolean suspended;

    public Orig(SectorModel content) {
      this.content = content;
    }

    Orig copy() {
      Orig copy = new Orig(content.copy());
      snapshots.forEach((name, snap) -> copy.snapshots.put(name, snap.copy()));
      copy.due = due;
      copy.suspended = suspended;
      return copy;
    }

    /** The content of what a snapshot was taken of. */
    SectorModel under(Snap snap) {
      return snap.taken.isEmpty()
          ? content
          : Objects.requireNonNull(snapshots.get(snap.taken)).content;
    }

    /** Whether it reads through what it was taken of, and nothing through it. */
    boolean unstacked(String name) {
      Snap snap = Objects.requireNonNull(snapshots.get(name));
      return snap.through.equals(snap.taken) && !isOrigin(name);
    }

    /** What would be given exceptions before it merges, and it itself. */
    Stream<Snap> near(String name) {
      return snapshots.entrySet().stream()
          .filter(entry -> entry.getKey().equals(name) || entry.getValue().through.equals(name))
          .map(Map.Entry::getValue);
    }

    /** Whether any snapshot reads through that one. */
    public boolean isOrigin(String name) {
      return snapshots.values().stream().anyMatch(snap -> snap.through.equals(name));
    }

    /** What read through it reads through what it was taken of. */
    public void remove(String name) {
      without(name, Objects.requireNonNull(snapshots.remove(name)));
    }

    private void without(String name, Snap removed) {
      for (Snap snap : snapshots.values()) {
        snap.through = snap.through.equals(name) ? removed.through : snap.through;
        snap.taken = snap.taken.equals(name) ? removed.taken : snap.taken;
      }
    }

    /** Whatever may become Invalid takes with it what reads through it. */
    void spread() {
      for (int depth = 0; depth < snapshots.size(); depth++) {
        for (Snap snap : snapshots.values()) {
          Snap below = snapshots.get(snap.through);
          snap.mayFill |= below != null && below.mayFill;
        }
      }
    }

    private boolean mayDrop() {
      return due != null && Objects.requireNonNull(snapshots.get(due)).mayFill;
    }

    public void synced() {
      content.synced();
      snapshots.values().forEach(snap -> snap.content.synced());
    }

    /** Does something to the content of each volume. */
    void each(Consumer<SectorModel> act) {
      act.accept(content);
      snapshots.values().forEach(snap -> act.accept(snap.content));
    }

    /** From now on the snapshot reads as it does. */
    public void reset(String name, boolean stack) {
      Snap snap = Objects.requireNonNull(snapshots.get(name));
      snap.through = snap.taken;
      if (stack && snap.persistent) {
        snapshots.values().stream()
            .filter(other -> other != snap && other.through.equals(snap.taken))
            .forEach(above -> above.through = name);
      }
      spread();
      snap.content = under(snap).copy().synced();
      snap.invalid = false;
    }

    /**
     * From now on it reads as the snapshot did; no full sibling holds that up, whatever the policy.
     */
    public void merge(String name) {
      Snap merged = Objects.requireNonNull(snapshots.remove(name));
      without(name, merged);
      if (merged.taken.isEmpty()) {
        content = merged.content.copy();
      } else {
        Objects.requireNonNull(snapshots.get(merged.taken)).content = merged.content.copy();
      }
      snapshots.values().forEach(sibling -> sibling.mayFill |= sibling.small);
      spread();
      due = null;
    }
  }

  public final Map<String, Orig> origins = new TreeMap<>();

  public PoolModel copy() {
    PoolModel copy = new PoolModel();
    origins.forEach((name, origin) -> copy.origins.put(name, origin.copy()));
    return copy;
  }

  /** What the next mount shows: what is due merges, what is transient is gone. */
  public PoolModel remounted() {
    PoolModel copy = closed();
    copy.origins.values().stream().filter(o -> o.due != null).forEach(o -> o.merge(o.due));
    return copy;
  }

  /** What is left of it when it is closed: what is transient is gone. */
  PoolModel closed() {
    PoolModel copy = copy();
    copy.close();
    return copy;
  }

  /** What is transient goes. */
  void close() {
    origins.values().forEach(o -> o.snapshots.values().removeIf(snap -> !snap.persistent));
  }

  /** What the next mount may show: a merge that is due is dropped if its snapshot is Invalid. */
  Stream<PoolModel> mounts() {
    PoolModel dropped = closed();
    dropped.origins.values().stream().filter(Orig::mayDrop).forEach(o -> o.due = null);
    return Stream.of(remounted(), dropped.remounted());
  }

  /** What a successor may show: as {@link #mounts}, but nothing is gone. */
  Stream<PoolModel> successions() {
    PoolModel merged = copy();
    merged.origins.values().stream().filter(o -> o.due != null).forEach(o -> o.merge(o.due));
    PoolModel dropped = copy();
    dropped.origins.values().stream().filter(Orig::mayDrop).forEach(o -> o.due = null);
    dropped.origins.values().stream().filter(o -> o.due != null).forEach(o -> o.merge(o.due));
    return Stream.of(merged, dropped);
  }

  PoolModel each(Consumer<SectorModel> act) {
    origins.values().forEach(origin -> origin.each(act));
    return this;
  }

  public PoolModel synced() {
    origins.values().forEach(Orig::synced);
    return this;
  }

  /** The names and sizes that tell it from another. */
  public String structure() {
    StringBuilder text = new StringBuilder();
    origins.forEach(
        (name, origin) ->
            text.append(name)
                .append(' ')
                .append(origin.content.sectors())
                .append(origin.snapshots.keySet())
                .append(origin.snapshots.values().stream().map(snap -> snap.taken).toList())
                .append(' '));
    return text.toString();
  }

  /** The same without what reads through what. */
  public String names() {
    StringBuilder text = new StringBuilder();
    origins.forEach(
        (name, origin) ->
            text.append(name)
                .append(' ')
                .append(origin.content.sectors())
                .append(origin.snapshots.keySet())
                .append(' '));
    return text.toString();
  }
}
