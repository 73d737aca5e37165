package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotListener;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * Watches one snapshot: grows it before it fills, warns as it does, notes that it is Invalid.
 *
 * <p>Called inside the gate, so it waits for nothing but the disk, the table's lock and its own.
 */
public final class SnapshotWatch implements SnapshotListener {

  private static final int FIRST_WARNING = 80;
  private static final int WARNING_STEP = 5;
  private static final int LAST_WARNING = 95;
  private static final int ALL = 100;
  private static final long REFUSALS_APART = TimeUnit.MINUTES.toNanos(1);

  private final PoolState state;
  private final SnapshotVolume volume;
  private long warnedOfSectors; // guarded by this: the size that the warnings below are about
  private int nextWarning = FIRST_WARNING; // guarded by this: percent
  private final AtomicBoolean toldOfInvalid = new AtomicBoolean();
  private boolean failed; // guarded by this: the last extension did
  private long toldOfRefusal; // guarded by this: by System.nanoTime; 0 for never

  private long toldOfFailure; // guarded by this: likewise

  /** Watches {@code volume}. */
  public SnapshotWatch(PoolState state, SnapshotVolume volume) {
    this.state = state;
    this.volume = volume;
  }

  @Override
  public void invalidated(Snapshot snapshot, String reason, boolean recorded) throws IOException {
    volume.freshness().contentChanged();
    if (!toldOfInvalid.getAndSet(true)) { // it is recorded later if it cannot be now
      state.log().error("Snapshot " + volume.name() + " became Invalid: " + reason);
    }
    if (!recorded && volume.persistent()) {
      state.table().changeThoughFull(table -> table.withInvalid(volume.name(), reason));
    }
    if (volume.takenOf().due() == volume) {
      new Merging(state).dues().look(volume);
    }
  }

  @Override
  public void overflowed(Snapshot snapshot) {
    state.log().error("Snapshot " + volume.name() + " is full: it is in Overflow until a remount");
  }

  @Override
  public synchronized void refused(Snapshot snapshot) {
    long now = System.nanoTime();
    if (toldOfRefusal == 0 || now - toldOfRefusal > REFUSALS_APART) {
      toldOfRefusal = now;
      state
          .log()
          .error(
              "Snapshot "
                  + volume.name()
                  + " finds no space: what it cannot follow is refused with ENOSPC, until it is"
                  + " extended or there is room on the pool's file system");
    }
  }

  @Override
  public synchronized void failed(Snapshot snapshot, IOException failure) {
    long now = System.nanoTime();
    if (toldOfFailure == 0 || now - toldOfFailure > REFUSALS_APART) {
      toldOfFailure = now;
      String what = "A write or fsync of snapshot " + volume.name() + " failed: ";
      state.log().error(what + failure.getMessage());
    }
  }

  @Override
  public void undrained(Snapshot snapshot, Exception failure) {
    state
        .log()
        .error(
            "what was last written to "
                + volume.name()
                + " cannot be written to its COW device, and waits in memory; fsync fails until it"
                + " can, and an unmount loses it: "
                + failure.getMessage());
  }

  @Override
  public long growsAbove(Snapshot snapshot) {
    int threshold = state.options().autoextendThreshold();
    long sectors = Sectors.in(snapshot.cow().size());
    return sectors < useful(snapshot) ? share(sectors, threshold) : sectors;
  }

  @Override
  public synchronized void filling(Snapshot snapshot, long neededSectors) {
    boolean on = state.options().autoextendThreshold() < ALL;
    if (on && Sectors.in(snapshot.cow().size()) < useful(snapshot)) {
      extend(snapshot, neededSectors);
    }
  }

  private void extend(Snapshot snapshot, long needed) {
    BlockDevice cow = snapshot.cow();
    int chunkSectors = snapshot.store().chunkSize().sectors();
    try {
      synchronized (cow) { // one change of its size at a time
        long before = Sectors.in(cow.size());
        long grown =
            CowSize.extended(
                before,
                needed,
                state.options().autoextendThreshold(),
                state.options().autoextendPercent(),
                chunkSectors);
        long after = Math.min(grown, useful(snapshot));
        if (after > before) {
          cow.resize(Sectors.toBytes(after));
          failed = false;
          told(before, after);
        }
      }
    } catch (IOException failure) {
      if (!failed) {
        state.log().error(volume.name() + " cannot be extended: " + failure.getMessage());
      }
      failed = true;
    }
  }

  private void told(long before, long after) {
    volume.freshness().cachesStale();
    state
        .log()
        .info("Snapshot " + volume.name() + " extended from " + before + "s to " + after + "s");
    if (volume.persistent()) {
      try {
        state.background().execute(() -> list(after));
      } catch (RejectedExecutionException closing) {
        state.log().info("the size of " + volume.name() + " is listed at the next mount");
      }
    }
  }

  /** The COW file's own size counts, the table only follows it. */
  private void list(long sectors) {
    try {
      state.table().change(table -> table.withCowSectors(volume.name(), sectors));
    } catch (IOException | RuntimeException failure) {
      state
          .log()
          .warning("the size of " + volume.name() + " is not listed: " + failure.getMessage());
    }
  }

  @Override
  public synchronized void filled(Snapshot snapshot, long allocatedSectors) {
    long sectors = Sectors.in(snapshot.cow().size());
    if (sectors != warnedOfSectors) {
      warnedOfSectors = sectors;
      nextWarning = FIRST_WARNING;
    }
    int reached = 0;
    while (nextWarning <= LAST_WARNING && allocatedSectors * ALL >= sectors * nextWarning) {
      reached = nextWarning;
      nextWarning += WARNING_STEP;
    }
    if (reached > 0) {
      state.log().warning("Snapshot " + volume.name() + " is now " + reached + "% full");
    }
  }

  private long useful(Snapshot snapshot) {
    return CowSize.useful(volume.sectors(), snapshot.store().chunkSize().sectors());
  }

  private static long share(long sectors, int percent) {
    return sectors / ALL * percent + sectors % ALL * percent / ALL;
  }
}
