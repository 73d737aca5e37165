package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Gate;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.Target;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * A volume as the origin of snapshots: what was taken of it and what merges into it.
 *
 * <p>The structure changes under the pool's command lock, with the gate held where requests could
 * see it half done.
 */
public abstract sealed class LayeredVolume extends Volume permits OriginVolume, SnapshotVolume {

  private final RealDevice real = new RealDevice(this);
  private volatile Layers layers = new Layers(List.of(), null, null);
  private volatile @Nullable String protection; // for the sake of a snapshot

  /** A volume beneath nothing. */
  LayeredVolume(String name, Gate gate, String file, Freshness freshness) {
    super(name, gate, file, freshness);
  }

  /** What it leaves to whoever succeeds this server. */
  public abstract Legacy legacy();

  /** Holds what a predecessor held, before any request; EIO if that would break a snapshot. */
  public final void inherit() throws IOException {
    if (!legacy().hasBlocks()) {
      return;
    }
    if (protection != null) {
      throw new ErrnoException(
          Errno.EIO,
          "what was acknowledged to " + name() + " and not written yet cannot be: " + protection);
    }
    asOrigin().inherit();
    settle();
  }

  /** The engine's part of it as an origin, or null if nothing is loaded. */
  abstract @Nullable Origin asOriginOrNull();

  /** What serves it while nothing merges into it; null if nothing does. */
  abstract @Nullable Target unmerged();

  /** Why it cannot be written whatever was taken of it, or null. */
  abstract @Nullable String ownProtection();

  /** The origin at the bottom: its image is the first of all that is read. */
  public abstract OriginVolume bottom();

  /** How it is shown, and the device beneath it. */
  abstract Lines lines();

  /** How many snapshots it reads through, itself included; an origin none. */
  public abstract int depth();

  /** How many snapshots, now, were taken of it rather than of what reads through it. */
  final int taken() {
    return (int) tree().stream().filter(snapshot -> snapshot.takenOf() == this).count();
  }

  /**
   * The engine's part of it as an origin.
   *
   * @throws ErrnoException EIO if nothing is loaded
   */
  public final Origin asOrigin() throws ErrnoException {
    Origin origin = asOriginOrNull();
    if (origin == null) {
      throw new ErrnoException(Errno.EIO, name() + " is not loaded");
    }
    return origin;
  }

  /** The device beneath it, which shows while it has snapshots. */
  public final RealDevice real() {
    return real;
  }

  /** Its snapshots, oldest first, without one that merges by now. */
  public final List<SnapshotVolume> snapshots() {
    return layers.snapshots();
  }

  /** Its snapshots and the one that merges. */
  public final List<SnapshotVolume> dependents() {
    Layers now = layers;
    return now.merge() == null ? now.snapshots() : now.with(now.merge().volume()).snapshots();
  }

  /** All that was taken of it, and of that, and so on, from the bottom to the top. */
  public final List<SnapshotVolume> tree() {
    List<SnapshotVolume> all = new ArrayList<>();
    for (SnapshotVolume snapshot : dependents()) {
      all.add(snapshot);
      all.addAll(snapshot.tree());
    }
    return all;
  }

  /** Whether it is beneath something. */
  public final boolean layered() {
    return !layers.none();
  }

  /** The snapshot that is to merge into it once both are closed, or null. */
  public final @Nullable SnapshotVolume due() {
    return layers.due();
  }

  /** Notes which snapshot is to merge, if any. */
  public final void due(@Nullable SnapshotVolume volume) {
    layers = new Layers(layers.snapshots(), volume, layers.merge());
  }

  /** The merge into it, failed ones included, or null. */
  public final @Nullable RunningMerge merge() {
    return layers.merge();
  }

  /** Reads as merged from now on, and copies out for its snapshot no more; the gate is held. */
  public final void begin(RunningMerge begun) {
    SnapshotVolume merging = begun.volume();
    stopCopyingOut(merging);
    layers = new Layers(layers.without(merging).snapshots(), null, begun);
    settle();
  }

  /** The merge has ended, or is over with; the gate is held. */
  public final void endMerge() {
    layers = new Layers(layers.snapshots(), layers.due(), null);
    settle();
  }

  /** The snapshot that merges into it or is due to, or null. */
  public final @Nullable SnapshotVolume mergingSnapshot() {
    return layers.mergingSnapshot();
  }

  /** Adds a snapshot, which follows every change from now on; the gate is held. */
  public final void attach(SnapshotVolume volume) {
    copyOut(volume.snapshot());
    layers = layers.with(volume);
    settle();
  }

  /** Stops copying out for a snapshot; the gate is held. */
  public final void detach(SnapshotVolume volume) {
    stopCopyingOut(volume);
    layers = layers.without(volume);
    settle();
  }

  /**
   * Gives a snapshot that was taken of it a new store, and makes it the youngest, which reads
   * through nothing else; the gate is held.
   */
  public final void renew(SnapshotVolume volume, DatedDevice cow, Snapshot snapshot) {
    LayeredVolume before = volume.origin();
    before.stopCopyingOut(volume);
    volume.ancestry().moveTo(this);
    volume.renewed(cow, snapshot);
    copyOut(snapshot);
    layers = layers.without(volume).with(volume);
    if (before != this) {
      before.layers = before.layers.without(volume);
      before.settle();
    }
    settle();
  }

  /**
   * Adds a snapshot that all that read through this read through from now on, so that what is
   * overwritten here is copied out to it alone; the gate is held, and this is flushed.
   */
  public final void insert(SnapshotVolume beneath) {
    attach(beneath);
    sink(beneath);
  }

  /** Has all others that read through this read through {@code beneath}; as {@link #insert}. */
  public final void sink(SnapshotVolume beneath) {
    for (SnapshotVolume above : snapshots()) {
      if (above != beneath) {
        move(above, this, beneath);
      }
    }
    settle();
    beneath.settle();
  }

  /**
   * Has what reads through a snapshot of it read through it itself, where it finds the same; the
   * gate is held, and this is flushed.
   */
  public final void adopt(SnapshotVolume between) {
    between.tree().forEach(above -> above.ancestry().without(between));
    for (SnapshotVolume above : between.snapshots()) {
      move(above, between, this);
    }
    settle();
    between.settle();
  }

  /** Has one that was taken of it read through nothing else; as {@link #adopt}. */
  public final void draw(SnapshotVolume snapshot) {
    LayeredVolume before = snapshot.origin();
    move(snapshot, before, this);
    settle();
    before.settle();
  }

  /** In an order in which whoever looks without the gate finds it in one of the two, or both. */
  private static void move(SnapshotVolume snapshot, LayeredVolume from, LayeredVolume to) {
    from.stopCopyingOut(snapshot);
    to.layers = to.layers.with(snapshot);
    snapshot.moveTo(to);
    to.copyOut(snapshot.snapshot());
    from.layers = from.layers.without(snapshot);
  }

  /**
   * Copies out for one that reads through another volume, too, as long as a power cut may show that
   * it reads through this; the gate is held, and this is flushed.
   */
  public final void copyOutToo(SnapshotVolume volume) {
    copyOut(volume.snapshot());
    volume.ancestry().copiedOutToAlsoBy(this);
  }

  /** Follows every change with a snapshot that is no volume's, until closed; the gate is held. */
  public final void follow(Snapshot snapshot) {
    copyOut(snapshot);
  }

  final void copyOut(@Nullable Snapshot snapshot) {
    Origin origin = asOriginOrNull();
    if (snapshot != null && origin != null) {
      origin.add(snapshot);
    }
  }

  private void stopCopyingOut(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    Origin origin = asOriginOrNull();
    if (snapshot != null && origin != null) {
      origin.remove(snapshot);
    }
    LayeredVolume too = volume.ancestry().copiedOutToAlsoBy(null);
    if (too != null) {
      too.stopCopyingOut(volume);
    }
  }

  /** Is served, and protected, by what lies over it now; the gate is held. */
  final void settle() {
    RunningMerge running = layers.merge();
    Target target = running == null ? unmerged() : running.target();
    if (target != null) {
      served().by(target);
    }
    protection = null;
    for (SnapshotVolume snapshot : snapshots()) {
      if (snapshot.unloadable()) {
        String which = "its snapshot " + snapshot.name() + ", which could not be loaded";
        protection = name() + " is read-only until " + which + ", is repaired or removed";
      }
    }
  }

  @Override
  public final String table() {
    return lines().table();
  }

  @Override
  public final String status() {
    return lines().status();
  }

  @Override
  public final @Nullable String writeProtection() {
    String forOthers = protection;
    return forOthers == null ? ownProtection() : forOthers;
  }
}
