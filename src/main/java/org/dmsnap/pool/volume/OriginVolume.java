package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Linear;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotOrigin;
import org.dmsnap.engine.Target;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.jspecify.annotations.Nullable;

/**
 * A volume that is an image, and the snapshots that were taken of it.
 *
 * <p>The structure changes under the pool's command lock, with the gate held where requests could
 * see it half done.
 */
public final class OriginVolume extends Volume {

  private static final String POOL_PROTECTION =
      "the pool is mounted read-only; mount it without ro to change it";
  private static final long NOT_SUSPENDED = 0; // a gate never gives this stamp

  private final Origin origin;
  private final ChangeTime imageTime;
  private final boolean poolReadOnly;
  private final RealDevice real = new RealDevice(this);
  private volatile Layers layers = new Layers(List.of(), null, null);
  private volatile @Nullable String imageProtection;
  private volatile @Nullable String protection;
  private volatile long suspension = NOT_SUSPENDED;

  /** Serves an image. */
  public OriginVolume(String name, ServedImage served, boolean readOnly) {
    super(name, served.origin().gate(), served.file(), served.time());
    this.origin = served.origin();
    this.imageTime = served.imageTime();
    this.poolReadOnly = readOnly;
    settle();
  }

  /** The engine's part of it. */
  public Origin origin() {
    return origin;
  }

  /** Its image. */
  public BlockDevice image() {
    return origin.image();
  }

  /** When its image was last changed. */
  ChangeTime imageTime() {
    return imageTime;
  }

  /** What is written may wait in memory, where its image shows it already. */
  @Override
  void changed() {
    super.changed();
    imageTime.changed();
  }

  /** The device of its image, which shows while it has snapshots. */
  public RealDevice real() {
    return real;
  }

  /** Its snapshots, oldest first, without one that merges by now. */
  public List<SnapshotVolume> snapshots() {
    return layers.snapshots();
  }

  /** Its snapshots and the one that merges. */
  public List<SnapshotVolume> dependents() {
    Layers now = layers;
    return now.merge() == null ? now.snapshots() : now.with(now.merge().volume()).snapshots();
  }

  /** Whether its image is beneath something. */
  boolean layered() {
    return !layers.none();
  }

  /** The snapshot that is to merge into it once both are closed, or null. */
  public @Nullable SnapshotVolume due() {
    return layers.due();
  }

  /** Notes which snapshot is to merge, if any. */
  public void due(@Nullable SnapshotVolume volume) {
    layers = new Layers(layers.snapshots(), volume, layers.merge());
  }

  /** The merge into it, failed ones included, or null. */
  public @Nullable RunningMerge merge() {
    return layers.merge();
  }

  /** Reads as merged from now on, and copies out for its snapshot no more; the gate is held. */
  public void begin(RunningMerge begun) {
    SnapshotVolume merging = begun.volume();
    stopCopyingOut(merging);
    layers = new Layers(layers.without(merging).snapshots(), null, begun);
    settle();
  }

  /** The merge has ended, or is over with; the gate is held. */
  public void endMerge() {
    layers = new Layers(layers.snapshots(), layers.due(), null);
    settle();
  }

  /** The snapshot that merges into it or is due to, or null. */
  public @Nullable SnapshotVolume mergingSnapshot() {
    return layers.mergingSnapshot();
  }

  /** Refuses what cannot be done while a snapshot merges into it or is due to. */
  public void refuseWhileMerging(String why) throws ErrnoException {
    SnapshotVolume merging = mergingSnapshot();
    if (merging != null) {
      throw new ErrnoException(
          Errno.EBUSY, why + ": " + merging.name() + " merges into " + name() + " or is due to");
    }
  }

  /** Its persistent snapshots, of which it can have none while {@link #layered} is false. */
  List<SnapshotVolume> persistentSnapshots() {
    return snapshots().stream().filter(SnapshotVolume::persistent).toList();
  }

  /** Adds a snapshot, which follows every change from now on; the gate is held. */
  public void attach(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    if (snapshot != null) {
      origin.add(snapshot);
    }
    layers = layers.with(volume);
    settle();
  }

  /** Stops copying out for a snapshot; the gate is held. */
  public void detach(SnapshotVolume volume) {
    stopCopyingOut(volume);
    layers = layers.without(volume);
    settle();
  }

  /** Gives a snapshot of it a new store, and makes it the youngest; the gate is held. */
  public void renew(SnapshotVolume volume, DatedDevice cow, Snapshot snapshot) {
    stopCopyingOut(volume);
    volume.renewed(cow, snapshot);
    origin.add(snapshot);
    layers = layers.without(volume).with(volume);
    settle();
  }

  private void stopCopyingOut(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    if (snapshot != null) {
      origin.remove(snapshot);
    }
  }

  private void settle() {
    RunningMerge running = layers.merge();
    Target idle = snapshots().isEmpty() ? new Linear(image()) : new SnapshotOrigin(origin);
    served().by(running == null ? idle : running.target());
    protection = poolReadOnly ? POOL_PROTECTION : imageProtection;
    for (SnapshotVolume snapshot : snapshots()) {
      if (snapshot.unloadable()) {
        String which = "its snapshot " + snapshot.name() + ", which could not be loaded";
        protection = name() + " is read-only until " + which + ", is repaired or removed";
      }
    }
  }

  @Override
  public @Nullable String writeProtection() {
    return protection;
  }

  /** Its image was opened for reading alone, and why; before anyone looks. */
  public void protectedImage(String reason) {
    imageProtection = reason;
    settle();
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
    Layers now = layers;
    RunningMerge running = now.merge();
    if (running != null) {
      return running.volume().entry().mergeLine();
    }
    long sectors = Sectors.in(size());
    return now.snapshots().isEmpty()
        ? PoolTable.linear(sectors, PoolFiles.image(name()))
        : PoolTable.snapshotOrigin(name(), sectors);
  }

  @Override
  public String status() {
    Target target = served().orNull();
    return "0 "
        + Sectors.in(size())
        + (target == null ? " error " : " " + target.type() + " " + target.status());
  }

  @Override
  boolean neverServed() {
    return false;
  }

  /** Whether changes are held. */
  public boolean suspended() {
    return suspension != NOT_SUSPENDED;
  }

  /**
   * Holds changes and makes durable what was changed before.
   *
   * @throws ErrnoException if that failed; nothing is held then
   */
  public void suspend() throws IOException {
    suspension = gate().holdChanges();
    try {
      flushAll();
    } catch (IOException | RuntimeException failure) {
      resume();
      throw failure;
    }
  }

  /** Ends {@link #suspend}, if it is on. */
  public void resume() {
    if (suspended()) {
      long stamp = suspension;
      suspension = NOT_SUSPENDED;
      gate().release(stamp);
    }
  }

  /** Makes durable what was written to it and to its persistent snapshots. */
  public void flushAll() throws IOException {
    Flushes flushes = new Flushes();
    flushes.add(() -> served().target().flush());
    persistentSnapshots().forEach(snapshot -> flushes.add(snapshot::flushIfValid));
    flushes.add(image()::sync);
    flushes.end();
  }

  /** Refuses, with LVM's word for it, what cannot be done while it has snapshots. */
  public void refuseWithSnapshots(String what) throws ErrnoException {
    refuseWhileMerging(name() + " cannot be " + what);
    if (!snapshots().isEmpty()) {
      List<String> names = snapshots().stream().map(Volume::name).toList();
      throw new ErrnoException(
          Errno.EBUSY,
          name()
              + " cannot be "
              + what
              + " while it has snapshots: "
              + String.join(", ", names)
              + "; remove those first");
    }
  }
}
