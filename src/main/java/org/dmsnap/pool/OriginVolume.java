package org.dmsnap.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Linear;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotOrigin;
import org.dmsnap.engine.Target;
import org.jspecify.annotations.Nullable;

/**
 * A volume that is an image, and the snapshots that were taken of it.
 *
 * <p>The structure changes under the pool's command lock, with the gate held where requests could
 * see it half done.
 */
final class OriginVolume extends Volume {

  private static final String POOL_PROTECTION = "the pool is mounted read-only";
  private static final long NOT_SUSPENDED = 0; // a gate never gives this stamp

  private final Origin origin;
  private final boolean poolReadOnly;
  private final RealDevice real = new RealDevice(this);
  private volatile List<SnapshotVolume> snapshots = List.of();
  private volatile @Nullable SnapshotVolume due;
  private volatile @Nullable RunningMerge merge;
  private volatile @Nullable String protection;
  private volatile long suspension = NOT_SUSPENDED;

  /** Serves {@code origin}'s image, which is the pool's file {@code file}. */
  OriginVolume(String name, Origin origin, String file, long modifiedMillis, boolean readOnly) {
    super(name, origin.gate(), file, modifiedMillis);
    this.origin = origin;
    this.poolReadOnly = readOnly;
    settle();
  }

  /** The engine's part of it. */
  Origin origin() {
    return origin;
  }

  /** Its image. */
  BlockDevice image() {
    return origin.image();
  }

  /** The device of its image, which shows while it has snapshots. */
  RealDevice real() {
    return real;
  }

  /** Its snapshots, oldest first, without one that merges by now. */
  List<SnapshotVolume> snapshots() {
    return snapshots;
  }

  /** Its snapshots and the one that merges. */
  List<SnapshotVolume> dependents() {
    RunningMerge running = merge;
    List<SnapshotVolume> all = new ArrayList<>(snapshots);
    if (running != null) {
      all.add(running.volume());
    }
    return all;
  }

  /** Whether its image is beneath something. */
  boolean layered() {
    return !snapshots.isEmpty() || merge != null;
  }

  /** The snapshot that is to merge into it once both are closed, or null. */
  @Nullable SnapshotVolume due() {
    return due;
  }

  /** Notes which snapshot is to merge, if any. */
  void due(@Nullable SnapshotVolume volume) {
    due = volume;
  }

  /** The merge into it, failed ones included, or null. */
  @Nullable RunningMerge merge() {
    return merge;
  }

  /** Reads as merged from now on; the gate is held. */
  void begin(RunningMerge begun) {
    merge = begun;
    due = null;
    settle();
  }

  /** The merge has ended, or is over with; the gate is held. */
  void endMerge() {
    merge = null;
    settle();
  }

  /** The snapshot that merges into it or is due to, or null. */
  @Nullable SnapshotVolume mergingSnapshot() {
    RunningMerge running = merge;
    return running == null ? due : running.volume();
  }

  /** Refuses what cannot be done while a snapshot merges into it or is due to. */
  void refuseWhileMerging(String why) throws ErrnoException {
    SnapshotVolume merging = mergingSnapshot();
    if (merging != null) {
      throw new ErrnoException(
          Errno.EBUSY, why + ": " + merging.name() + " merges into " + name() + " or is due to");
    }
  }

  /** Its persistent snapshots, of which it can have none while {@link #layered} is false. */
  List<SnapshotVolume> persistentSnapshots() {
    return snapshots.stream().filter(SnapshotVolume::persistent).toList();
  }

  /** Adds a snapshot, which follows every change from now on; the gate is held. */
  void attach(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    if (snapshot != null) {
      origin.add(snapshot);
    }
    List<SnapshotVolume> more = new ArrayList<>(snapshots);
    more.add(volume);
    snapshots = List.copyOf(more);
    settle();
  }

  /** Stops copying out for a snapshot; the gate is held. */
  void detach(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    if (snapshot != null) {
      origin.remove(snapshot);
    }
    List<SnapshotVolume> fewer = new ArrayList<>(snapshots);
    fewer.remove(volume);
    snapshots = List.copyOf(fewer);
    settle();
  }

  private void settle() {
    RunningMerge running = merge;
    if (running != null) {
      serve(running.target());
    } else {
      serve(snapshots.isEmpty() ? new Linear(image()) : new SnapshotOrigin(origin));
    }
    protection = poolProtection();
    for (SnapshotVolume snapshot : snapshots) {
      if (snapshot.unloadable()) {
        protection =
            name()
                + " is read-only until its snapshot "
                + snapshot.name()
                + ", which could not be loaded, is repaired or removed";
      }
    }
  }

  @Override
  @Nullable String writeProtection() {
    return protection;
  }

  /** Why nothing in the pool can be written, or null. */
  @Nullable String poolProtection() {
    return poolReadOnly ? POOL_PROTECTION : null;
  }

  @Override
  public long size() {
    return image().size();
  }

  @Override
  public String table() {
    RunningMerge running = merge;
    if (running != null) {
      return running.volume().entry().mergeLine();
    }
    long sectors = Sectors.in(size());
    return snapshots.isEmpty()
        ? PoolTable.linear(sectors, PoolFiles.image(name()))
        : PoolTable.snapshotOrigin(name(), sectors);
  }

  @Override
  public String status() {
    Target target = served();
    return "0 "
        + Sectors.in(size())
        + (target == null ? " error " : " " + target.type() + " " + target.status());
  }

  @Override
  boolean neverServed() {
    return false;
  }

  /** Whether changes are held. */
  boolean suspended() {
    return suspension != NOT_SUSPENDED;
  }

  /**
   * Holds changes and makes durable what was changed before.
   *
   * @throws ErrnoException if that failed; nothing is held then
   */
  void suspend() throws IOException {
    suspension = gate().holdChanges();
    try {
      flushAll();
    } catch (IOException | RuntimeException failure) {
      resume();
      throw failure;
    }
  }

  /** Ends {@link #suspend}, if it is on. */
  void resume() {
    if (suspended()) {
      long stamp = suspension;
      suspension = NOT_SUSPENDED;
      gate().release(stamp);
    }
  }

  /** Makes durable what was written to it and to its persistent snapshots. */
  void flushAll() throws IOException {
    target().flush();
    for (SnapshotVolume snapshot : persistentSnapshots()) {
      snapshot.flushIfValid();
    }
    image().sync();
  }

  /** Refuses, with LVM's word for it, what cannot be done while it has snapshots. */
  void refuseWithSnapshots(String what) throws ErrnoException {
    refuseWhileMerging(name() + " cannot be " + what);
    if (!snapshots.isEmpty()) {
      List<String> names = snapshots.stream().map(Volume::name).toList();
      throw new ErrnoException(
          Errno.EBUSY,
          name() + " cannot be " + what + " while it has snapshots: " + String.join(", ", names));
    }
  }
}
