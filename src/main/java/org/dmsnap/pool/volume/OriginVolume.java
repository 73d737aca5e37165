package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.engine.Linear;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.SnapshotOrigin;
import org.dmsnap.engine.Target;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Trait;
import org.jspecify.annotations.Nullable;

/** A volume that is an image; at the bottom of all snapshots that were taken of it. */
public final class OriginVolume extends LayeredVolume {

  private static final String POOL_PROTECTION =
      "the pool is mounted read-only; mount it without ro to change it";
  private static final long NOT_SUSPENDED = 0; // a gate never gives this stamp

  private final Origin origin;
  private final OriginLines lines;
  private final boolean poolReadOnly;
  private final Legacy legacy;
  private volatile @Nullable String imageProtection;
  private volatile long suspension = NOT_SUSPENDED;
  private volatile boolean writesHeld; // from before it is suspended until after

  /** Serves an image. */
  public OriginVolume(String name, ServedImage served, boolean readOnly) {
    super(
        name,
        served.origin().gate(),
        served.file(),
        new Freshness(served.legacy().time(false, served.changed()), served.imageTime()));
    this.origin = served.origin();
    this.lines = new OriginLines(this, served.imageTime());
    this.poolReadOnly = readOnly;
    this.legacy = served.legacy();
    settle();
  }

  /** Its image. */
  public BlockDevice image() {
    return origin.image();
  }

  @Override
  public Legacy legacy() {
    return legacy;
  }

  @Override
  Origin asOriginOrNull() {
    return origin;
  }

  @Override
  Target unmerged() {
    return snapshots().isEmpty() ? new Linear(image()) : new SnapshotOrigin(origin);
  }

  @Override
  @Nullable String ownProtection() {
    return poolReadOnly ? POOL_PROTECTION : imageProtection;
  }

  @Override
  public OriginVolume bottom() {
    return this;
  }

  @Override
  Lines lines() {
    return lines;
  }

  @Override
  public int depth() {
    return 0;
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
  boolean neverServed() {
    return false;
  }

  @Override
  public boolean writesHeld() {
    return writesHeld;
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
    writesHeld = true;
    suspension = gate().holdChanges();
    try {
      flushAll();
      legacy.is(Trait.SUSPENDED, true);
    } catch (IOException | RuntimeException failure) {
      resume();
      throw failure;
    }
  }

  /** Holds changes if a predecessor did, which had made durable all that was changed. */
  public void inheritSuspension() {
    if (legacy.is(Trait.SUSPENDED)) {
      writesHeld = true;
      suspension = gate().holdChanges();
    }
  }

  /** Ends {@link #suspend}, if it is on. */
  public void resume() {
    if (suspended()) {
      legacy.is(Trait.SUSPENDED, false);
      long stamp = suspension;
      suspension = NOT_SUSPENDED;
      gate().release(stamp);
      writesHeld = false;
    }
  }

  /** Makes durable what was written to it and to all persistent snapshots above. */
  public void flushAll() throws IOException {
    Flushes flushes = new Flushes();
    flushes.add(() -> served().target().flush());
    flushSnapshots(this, flushes);
    flushes.add(image()::sync);
    flushes.end();
  }

  private static void flushSnapshots(LayeredVolume of, Flushes flushes) {
    for (SnapshotVolume snapshot : of.snapshots()) {
      if (snapshot.persistent()) {
        flushes.add(snapshot::flushIfValid);
      }
      flushSnapshots(snapshot, flushes);
    }
  }
}
