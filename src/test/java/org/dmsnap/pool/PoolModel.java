package org.dmsnap.pool;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The volumes of a pool, and what each may hold after a power cut. */
final class PoolModel {

  /** A snapshot. */
  static final class Snap {
    SectorModel content;
    final boolean persistent;
    final boolean mayFill; // so that it may become Invalid
    boolean invalid;

    Snap(SectorModel content, boolean persistent, boolean mayFill) {
      this.content = content;
      this.persistent = persistent;
      this.mayFill = mayFill;
    }

    Snap copy() {
      Snap copy = new Snap(content.copy(), persistent, mayFill);
      copy.invalid = invalid;
      return copy;
    }
  }

  /** An origin and its snapshots, but for one that merges: the origin is that already. */
  static final class Orig {
    SectorModel content;
    final Map<String, Snap> snapshots = new TreeMap<>();
    @Nullable String due;

    Orig(SectorModel content) {
      this.content = content;
    }

    Orig copy() {
      Orig copy = new Orig(content.copy());
      snapshots.forEach((name, snap) -> copy.snapshots.put(name, snap.copy()));
      copy.due = due;
      return copy;
    }

    void synced() {
      content.synced();
      snapshots.values().forEach(snap -> snap.content.synced());
    }

    /** From now on it reads as the snapshot did. */
    void merge(String name) {
      content = snapshots.remove(name).content.copy();
      due = null;
    }
  }

  final Map<String, Orig> origins = new TreeMap<>();

  PoolModel copy() {
    PoolModel copy = new PoolModel();
    origins.forEach((name, origin) -> copy.origins.put(name, origin.copy()));
    return copy;
  }

  /** What the next mount shows: what is due merges, what is transient is gone. */
  PoolModel remounted() {
    PoolModel copy = copy();
    for (Orig origin : copy.origins.values()) {
      if (origin.due != null) {
        origin.merge(origin.due);
      }
      origin.snapshots.values().removeIf(snap -> !snap.persistent);
    }
    return copy;
  }

  PoolModel synced() {
    origins.values().forEach(Orig::synced);
    return this;
  }

  /** The names and sizes that tell it from another. */
  String structure() {
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
