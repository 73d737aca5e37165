package org.dmsnap.pool.volume;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotOrigin;
import org.dmsnap.engine.Target;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/** A volume that is a snapshot; it may be one that could not be loaded, and then is Invalid. */
public final class SnapshotVolume extends LayeredVolume {

  private final Ancestry ancestry;
  private final SnapshotEntry entry;
  private final boolean persistent;
  private final SnapshotLines lines = new SnapshotLines(this);
  private volatile CowDevice hidden = new CowDevice(this);
  private volatile @Nullable DatedDevice cow;
  private volatile @Nullable Snapshot snapshot;
  private volatile boolean unloadable;
  private volatile boolean removed;
  private volatile boolean forced;

  /** A snapshot that reads through {@code origin}, as {@code entry} has it, not loaded yet. */
  public SnapshotVolume(
      String name, LayeredVolume origin, SnapshotEntry entry, String file, ChangeTime time) {
    super(name, origin.gate(), file, new Freshness(time, null));
    this.ancestry = new Ancestry(origin, entry.taken());
    this.entry = entry;
    this.persistent = !file.isEmpty();
  }

  /** Its COW device is open. */
  public void cowOpened(DatedDevice opened) {
    cow = opened;
  }

  @Override
  public Legacy legacy() {
    Snapshot loaded = snapshot;
    return loaded == null ? Legacy.NONE : loaded.legacy();
  }

  /** The engine has loaded it. */
  public void loaded(Snapshot loaded) {
    snapshot = loaded;
    settle();
  }

  /** It has another COW device, and what was there to be seen of its last one is gone. */
  void renewed(DatedDevice opened, Snapshot loaded) {
    hidden.cut();
    hidden = new CowDevice(this);
    unloadable = false;
    cow = opened;
    loaded(loaded);
    freshness().contentChanged();
  }

  /** It is Invalid by the pool's table: nothing is loaded, nothing to be protected. */
  public void invalid(String reason) {
    served().cut(name() + " is Invalid: " + reason);
  }

  /** It is part of its origin from now on; the gate is held. */
  public void cutForMerge() {
    served().cut(name() + " merges into " + takenOf().name());
    hidden.cut();
  }

  /** It is gone for its users, though others read through it; the gate is held. */
  public void cutForRemoval() {
    removed = true;
    served().cut(name() + " has been removed");
  }

  /** Whether it is due to merge whoever has it open. */
  public boolean forced() {
    return forced;
  }

  /** Has it merge, once it can, whoever has it open; until the pool is closed. */
  public void force(boolean force) {
    forced = force;
  }

  /** Whether it is gone for its users. */
  public boolean removed() {
    return removed;
  }

  /** Reads, as before, through {@code below} from now on; the gate is held. */
  void moveTo(LayeredVolume below) {
    ancestry.moveTo(below);
    Snapshot loaded = snapshot;
    Origin over = below.asOriginOrNull();
    if (loaded != null && over != null) {
      loaded.moveTo(over);
    }
  }

  /** Where it is in its stack. */
  Ancestry ancestry() {
    return ancestry;
  }

  /** It could not be loaded: its file must not be touched, and its origin not be written. */
  public void unloadable(String reason) {
    unloadable = true;
    served().cut(name() + " could not be loaded: " + reason);
  }

  /** Whether it could not be loaded. */
  public boolean unloadable() {
    return unloadable;
  }

  /** Whether it outlives the pool's being open. */
  public boolean persistent() {
    return persistent;
  }

  @Override
  public boolean writesHeld() {
    return origin().writesHeld();
  }

  /** What it reads through. */
  public LayeredVolume origin() {
    return ancestry.origin();
  }

  /** What it was taken of, and merges into: {@link #origin}, or something beneath that. */
  public LayeredVolume takenOf() {
    return ancestry.taken();
  }

  /** Whether nothing is between it and what it was taken of, nor reads through it. */
  public boolean unstacked() {
    return origin() == takenOf() && snapshots().isEmpty();
  }

  /** The engine's part of it, or null if nothing is loaded. */
  public @Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Its COW device, or null if there is none to open. */
  public @Nullable DatedDevice cow() {
    return cow;
  }

  /** The device of its COW file, which shows if it has one. */
  public CowDevice hiddenCow() {
    return hidden;
  }

  /** Whether it can be read. */
  public boolean valid() {
    Snapshot loaded = snapshot;
    return loaded != null && loaded.valid();
  }

  /** Whether it is in Overflow. */
  public boolean overflowed() {
    return valid() && lines.parameters().equals("Overflow");
  }

  /** Makes its exceptions durable. */
  public void flushIfValid() throws IOException {
    Snapshot loaded = snapshot;
    if (loaded != null && loaded.valid()) {
      Target target = served().orNull();
      (target == null ? loaded : target).flush(); // what waits of it, and its store
    }
  }

  /** Makes it durable that it is Invalid, if it is. */
  public void recordIfInvalid() throws IOException {
    Snapshot loaded = snapshot;
    if (loaded != null && !loaded.valid()) {
      loaded.ensureInvalidRecorded();
    }
  }

  /** Sectors in a chunk. */
  public int chunkSectors() {
    Snapshot loaded = snapshot;
    return loaded == null ? entry.chunkSectors() : loaded.store().chunkSize().sectors();
  }

  /** As the pool's table is to list it once it has been reset. */
  public SnapshotEntry entryIfReset() {
    return entry().withOrigin(takenOf().name());
  }

  /** As the pool's table is to list it. */
  public SnapshotEntry entry() {
    BlockDevice opened = cow;
    long cowSectors = opened == null ? 0 : Sectors.in(opened.size());
    return new SnapshotEntry(
        origin().name(),
        takenOf().name(),
        sectors(),
        entry.type(),
        chunkSectors(),
        entry.features(),
        cowSectors == 0 ? entry.cowSectors() : cowSectors); // no table line has 0
  }

  @Override
  @Nullable Origin asOriginOrNull() {
    Snapshot loaded = snapshot;
    return loaded == null ? null : loaded.asOrigin();
  }

  /** As long as something of it waits in memory it stays an origin. */
  @Override
  @Nullable Target unmerged() {
    Snapshot loaded = removed ? null : snapshot;
    return loaded == null || (snapshots().isEmpty() && !loaded.dependents().any())
        ? loaded
        : new SnapshotOrigin(loaded.asOrigin());
  }

  @Override
  @Nullable String ownProtection() {
    return bottom().poolProtection();
  }

  @Override
  public OriginVolume bottom() {
    return origin().bottom();
  }

  @Override
  SnapshotLines lines() {
    return lines;
  }

  @Override
  public int depth() {
    return 1 + origin().depth();
  }

  @Override
  boolean neverServed() {
    return snapshot == null;
  }

  @Override
  void checkDiscard() throws IOException {
    if (!entry.features().contains(Feature.DISCARD_PASSDOWN_ORIGIN)) {
      return;
    }
    String protection = bottom().writeProtection();
    if (protection != null) {
      throw new ErrnoException(Errno.EROFS, protection);
    }
    bottom().naming().changing(); // and all that may read the origin's
    for (SnapshotVolume other : bottom().tree()) {
      other.naming().changing();
    }
  }

  /** One that is passed down changes the origin and its other snapshots beneath their caches. */
  @Override
  void discarded() {
    if (entry.features().contains(Feature.DISCARD_PASSDOWN_ORIGIN)) {
      bottom().freshness().contentChanged();
      bottom().tree().forEach(snapshot -> snapshot.freshness().contentChanged());
    }
  }

  @Override
  public long size() {
    return origin().size();
  }

  /** Gives back what it holds. */
  public void close() throws IOException {
    Snapshot loaded = snapshot;
    if (loaded != null) {
      loaded.dependents().close();
    }
    BlockDevice opened = cow;
    if (opened != null) {
      opened.close();
    }
  }
}
