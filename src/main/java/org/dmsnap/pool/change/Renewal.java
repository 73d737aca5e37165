package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.store.ExceptionStoreType;
import org.jspecify.annotations.Nullable;

/** A snapshot's next store, of the kind and size of its own, until it takes the place of that. */
final class Renewal {

  private final PoolState state;
  private final SnapshotVolume volume;
  private final @Nullable BlockDevice old;
  private @Nullable DatedDevice cow; // once it is made
  private @Nullable Snapshot snapshot; // on that
  private final Identity identity = Identity.fresh();
  private boolean kept;

  /** For {@code volume}. */
  Renewal(PoolState state, SnapshotVolume volume) {
    this.state = state;
    this.volume = volume;
    this.old = volume.cow();
  }

  /** Whose it will be. */
  SnapshotVolume volume() {
    return volume;
  }

  /** Which the volume will be: a reset is a birth. */
  Identity identity() {
    return identity;
  }

  /** The file that it will have. */
  String file() {
    return PoolFiles.cow(volume.name());
  }

  /** The snapshot on it. */
  Snapshot snapshot() {
    return Objects.requireNonNull(snapshot);
  }

  /** Makes it, empty, and durable but for the name of its file. */
  void make() throws IOException {
    long bytes = cowBytes();
    boolean persistent = volume.persistent();
    DatedDevice made =
        persistent
            ? state.createFreshCow(file(), bytes)
            : state.createUnnamed(volume.name(), volume.entry(), bytes);
    cow = made;
    Snapshot opened = open(made);
    snapshot = opened;
    if (persistent) {
      opened.flush();
      made.sync();
    }
  }

  private Snapshot open(BlockDevice made) throws IOException {
    SnapshotEntry entry = volume.entry();
    return Snapshot.open(
        volume.takenOf().asOrigin(),
        state.legacies().file(made),
        ExceptionStoreType.of(entry.type()),
        entry.chunkSectors(),
        entry.features(),
        new SnapshotWatch(state, volume));
  }

  /** As large as it is, which a snapshot that could not be loaded has in the table at most. */
  private long cowBytes() throws ErrnoException {
    long bytes = old == null ? Sectors.toBytes(volume.entry().cowSectors()) : old.size();
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

  /** Its next COW device, once it is made. */
  DatedDevice cow() {
    return Objects.requireNonNull(cow);
  }

  /** It is the volume's from now on; the gate is held. */
  void take() {
    volume.freshness().keptBy(state.legacies().of(cow));
    volume.takenOf().renew(volume, Objects.requireNonNull(cow), snapshot());
    Beneath.renewed(state, volume);
    Names.of(state, volume).become(identity);
    if (volume.persistent()) {
      volume.fileRenamed(PoolFiles.fresh(file()));
    }
  }

  /** The volume has the next one now: closes what it had. */
  void closeOld() {
    try {
      if (old != null) {
        state.legacies().gone(old);
        old.close();
      }
    } catch (IOException | RuntimeException failure) {
      state.log().warning("closing the old " + file() + ": " + failure.getMessage());
    }
  }

  /**
   * It is not taken, and that cannot be made sure of on the disk: its origin refuses writes until
   * it can be; the gate is held.
   */
  void keep() {
    kept = true;
    Hold.views(volume.takenOf(), () -> volume.takenOf().follow(snapshot()));
  }

  /** Leaves nothing of it, after {@code failure}. */
  void undo(Exception failure) {
    DatedDevice made = cow;
    if (made == null || kept) {
      return;
    }
    try {
      state.legacies().gone(made);
      made.close();
      if (volume.persistent()) {
        delete();
      }
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
    }
  }

  /** Deletes its file, if that is there. */
  void delete() throws IOException {
    if (state.directory().holds(PoolFiles.fresh(file()))) {
      state.directory().delete(PoolFiles.fresh(file()));
    }
  }
}
