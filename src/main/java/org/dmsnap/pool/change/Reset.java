package org.dmsnap.pool.change;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;
import org.dmsnap.store.ExceptionStoreType;
import org.jspecify.annotations.Nullable;

/**
 * Makes a snapshot one of its origin as it is now: an empty store of the same kind and size takes
 * the place of its own, in one step.
 *
 * <p>Which volumes there are stays the same, and so does the table's line. So it is not the table
 * that says whether this has happened, but the one name that the two COW files share: replacing it
 * is atomic.
 */
public final class Reset {

  /** How long a snapshot that is open is given to close: close(2) returns before it is. */
  private static final long CLOSING_MILLIS = 1000;

  private final PoolState state;

  /** Resets in {@code state}'s pool. */
  public Reset(PoolState state) {
    this.state = state;
  }

  /** An empty store on a new COW device, and whose it will be. */
  private record Renewal(SnapshotVolume volume, DatedDevice cow, Snapshot snapshot) {

    String file() {
      return PoolFiles.cow(volume.name());
    }
  }

  /** Resets {@code volume}, which must be a snapshot that nobody has open. */
  public void reset(Volume volume) throws IOException {
    if (!(volume instanceof SnapshotVolume snapshot)) {
      throw new IllegalArgumentException(
          volume.name() + " is an origin; a snapshot of it can be reset");
    }
    Refusals.withSnapshots(snapshot, "reset");
    Refusals.whileMerging(snapshot.origin(), snapshot.name() + " cannot be reset");
    Refusals.ofRemoved(snapshot.origin(), snapshot.name() + " cannot be reset");
    checkReadable(snapshot.origin());
    checkFile(snapshot);
    awaitClosed(snapshot);
    renew(snapshot);
  }

  /** What reads through an Invalid one is Invalid itself. */
  private static void checkReadable(LayeredVolume origin) throws ErrnoException {
    if (origin instanceof SnapshotVolume below && !below.valid()) {
      throw new ErrnoException(Errno.EIO, below.name() + ", which it reads through, is Invalid");
    }
  }

  private void awaitClosed(Volume volume) throws IOException {
    state.stalls().stalling(); // the thread that releases it may be waiting for this one's place
    try {
      if (!volume.opens().awaitNone(CLOSING_MILLIS)) {
        throw isOpen(volume);
      }
    } finally {
      state.stalls().resumed();
    }
  }

  private static ErrnoException isOpen(Volume volume) {
    return new ErrnoException(
        Errno.EBUSY, volume.name() + " is open; unmount or close it before it is reset");
  }

  /**
   * Refuses one whose file did not get its name, lest it be taken for that of a reset cut short.
   */
  private void checkFile(SnapshotVolume volume) throws IOException {
    String file = PoolFiles.cow(volume.name());
    if (volume.file().equals(PoolFiles.fresh(file))) {
      state.nameListed(file, volume);
    }
    if (volume.persistent() && !volume.file().equals(file)) {
      throw new ErrnoException(
          Errno.EIO,
          "the file of " + volume.name() + " is still called " + volume.file() + "; mount again");
    }
  }

  private void renew(SnapshotVolume volume) throws IOException {
    long bytes = cowBytes(volume);
    String file = PoolFiles.cow(volume.name());
    boolean persistent = volume.persistent();
    DatedDevice cow = persistent ? state.createFresh(file, bytes) : state.createUnnamed(bytes);
    BlockDevice old = volume.cow();
    try {
      Renewal renewal = new Renewal(volume, cow, open(volume, cow));
      if (persistent) {
        renewal.snapshot().flush();
        cow.sync();
        state.directory().sync();
      }
      volume.origin().flush(); // here, so that little is left to flush while requests are held
      Hold.during(volume.origin(), () -> take(renewal));
    } catch (IOException | RuntimeException failure) {
      undo(file, cow, failure);
      throw failure;
    }
    close(old, file);
    if (persistent) {
      list(volume);
    }
  }

  /** Of no consequence for one that was valid: the line is as before, in another place. */
  private void list(SnapshotVolume volume) {
    try {
      state.table().change(table -> table.withReset(volume.name(), volume.entry()));
    } catch (IOException | RuntimeException failure) { // but it has happened
      state
          .log()
          .error(
              volume.name()
                  + " is reset, but "
                  + PoolFiles.TABLE
                  + " does not say so; reset it again if the next mount shows it as Invalid: "
                  + failure.getMessage());
    }
  }

  private Snapshot open(SnapshotVolume volume, BlockDevice cow) throws IOException {
    SnapshotEntry entry = volume.entry();
    return Snapshot.open(
        volume.origin().asOrigin(),
        cow,
        ExceptionStoreType.of(entry.type()),
        entry.chunkSectors(),
        entry.features(),
        new SnapshotWatch(state, volume));
  }

  /** As large as it is, which a snapshot that could not be loaded has in the table at most. */
  private static long cowBytes(SnapshotVolume volume) throws ErrnoException {
    BlockDevice cow = volume.cow();
    long bytes = cow == null ? Sectors.toBytes(volume.entry().cowSectors()) : cow.size();
    long least = Sectors.toBytes((long) CowSize.MIN_CHUNKS * Math.max(1, volume.chunkSectors()));
    if (bytes < least) {
      throw new ErrnoException(
          Errno.EIO,
          "it cannot be told how large the COW device of "
              + volume.name()
              + " was; remove it and take a new one");
    }
    return bytes;
  }

  /** The moment of the reset: no request is under way, and nobody can open it. */
  private void take(Renewal renewal) throws IOException {
    if (!renewal.volume().opens().unlessAny(() -> takeInside(renewal))) {
      throw isOpen(renewal.volume());
    }
  }

  private void takeInside(Renewal renewal) throws IOException {
    SnapshotVolume volume = renewal.volume();
    volume.origin().served().target().flush();
    checkReadable(volume.origin());
    if (volume.persistent()) {
      state.directory().replace(PoolFiles.fresh(renewal.file()), renewal.file());
      makeDurable(renewal);
    }
    volume.origin().renew(volume, renewal.cow(), renewal.snapshot());
    state.volumes().publish();
  }

  /**
   * If that fails, a power cut may bring the old store back, after the origin has changed beneath
   * it: so that one is made Invalid, or, until {@link #list}, whichever has the name.
   */
  private void makeDurable(Renewal renewal) {
    SnapshotVolume volume = renewal.volume();
    try {
      state.directory().sync();
    } catch (IOException | RuntimeException failure) {
      state
          .log()
          .error(
              volume.name()
                  + " is reset, but a power cut may leave it Invalid: "
                  + failure.getMessage());
      invalidateOld(volume);
    }
  }

  private void invalidateOld(SnapshotVolume volume) {
    Snapshot old = volume.snapshot();
    if (old == null || !old.valid()) {
      return;
    }
    try {
      old.store().invalidate();
    } catch (IOException | RuntimeException failure) {
      invalidateInTable(volume, failure);
    }
  }

  private void invalidateInTable(SnapshotVolume volume, Exception failure) {
    try {
      state
          .table()
          .changeThoughFull(
              table -> table.withInvalid(volume.name(), "while reset: " + failure.getMessage()));
    } catch (IOException | RuntimeException also) {
      state
          .log()
          .error(
              "a power cut may bring the old "
                  + volume.name()
                  + " back, and wrong; reset it again: "
                  + failure.getMessage()
                  + "; "
                  + also.getMessage());
    }
  }

  private void undo(String file, BlockDevice cow, Exception failure) {
    try {
      cow.close();
      if (state.directory().holds(PoolFiles.fresh(file))) {
        state.directory().delete(PoolFiles.fresh(file));
      }
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
    }
  }

  private void close(@Nullable BlockDevice old, String file) {
    try {
      if (old != null) {
        old.close();
      }
    } catch (IOException | RuntimeException failure) {
      state.log().warning("closing the old " + file + ": " + failure.getMessage());
    }
  }
}
