package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.FeatureWords;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.store.ChunkSize;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot from when it is asked for until it is taken: its store is made, and nobody sees it.
 */
final class NewSnapshot {

  private final PoolState state;
  private final SnapshotRequest request;
  private final SnapshotVolume volume;
  private final long bytes;
  private @Nullable DatedDevice cow; // once it is made

  private NewSnapshot(PoolState state, SnapshotRequest request, SnapshotVolume volume, long bytes) {
    this.state = state;
    this.request = request;
    this.volume = volume;
    this.bytes = bytes;
  }

  /** What is asked for, if it can be; nothing is made yet. */
  static NewSnapshot checked(PoolState state, SnapshotRequest request) throws IOException {
    LayeredVolume origin = state.volume(request.origin());
    if (origin instanceof SnapshotVolume snapshot) {
      checkStack(request, snapshot);
    }
    Beneath.check(state, request, origin);
    Refusals.whileMerging(
        origin,
        "Snapshots of an origin that has a merging snapshot are not supported (wait for that)");
    state.checkFree(request.name());
    FeatureWords.check(request.features());
    long bytes = cowBytes(state, request, origin);
    return new NewSnapshot(state, request, volume(request, origin), bytes);
  }

  /** What it will be. */
  SnapshotVolume volume() {
    return volume;
  }

  /** The file that it will have; that of a transient one has no name. */
  String file() {
    return PoolFiles.cow(volume.name());
  }

  /** Makes its empty store, durable but for the name of its file. */
  void make() throws IOException {
    boolean persistent = volume.persistent();
    DatedDevice made =
        persistent
            ? state.createFreshCow(file(), bytes)
            : state.createUnnamed(volume.name(), volume.entry(), bytes);
    cow = made;
    volume.freshness().keptBy(state.legacies().of(made));
    volume.cowOpened(made);
    volume.loaded(
        Snapshot.open(
            volume.origin().asOrigin(),
            state.legacies().file(made),
            request.type(),
            request.chunkSectors(),
            request.features(),
            new SnapshotWatch(state, volume)));
    if (persistent) {
      volume.flushIfValid();
      made.sync();
    }
  }

  /** Its COW device, once it is made. */
  DatedDevice cow() {
    return Objects.requireNonNull(cow);
  }

  /** Leaves nothing of it, after {@code failure}, unless it is there, as Invalid. */
  void undo(Exception failure) {
    DatedDevice made = cow;
    if (made == null || volume.origin().snapshots().contains(volume)) {
      return;
    }
    if (volume.persistent()) {
      state.undoFresh(file(), made, failure);
      return;
    }
    try {
      state.legacies().gone(made);
      made.close();
    } catch (IOException also) {
      failure.addSuppressed(also);
    }
  }

  private static SnapshotVolume volume(SnapshotRequest request, LayeredVolume origin) {
    SnapshotEntry entry =
        new SnapshotEntry(
            origin.name(),
            origin.sectors(),
            request.type().code(),
            request.chunkSectors(),
            Set.copyOf(request.features()),
            0);
    boolean persistent = request.type().persistent();
    String file = persistent ? PoolFiles.fresh(PoolFiles.cow(request.name())) : "";
    return new SnapshotVolume(request.name(), origin, entry, file, new ChangeTime());
  }

  /** Refuses a snapshot of a snapshot that cannot be. */
  private static void checkStack(SnapshotRequest request, SnapshotVolume of) throws IOException {
    if (!request.type().persistent() || !of.persistent()) {
      throw new IllegalArgumentException(
          "Snapshots of snapshots are persistent (P or PO), both of them: "
              + (of.persistent() ? request.name() : of.name())
              + " would be transient (N)");
    }
    if (of.depth() >= PoolTable.MOST_DEPTH) {
      throw new IllegalArgumentException(
          of.name()
              + " reads through "
              + (PoolTable.MOST_DEPTH - 1)
              + " other snapshots already, and a stack has at most "
              + PoolTable.MOST_DEPTH
              + "; take one of a snapshot further down");
    }
    Refusals.whileMergingItself(of, "no snapshot can be taken of it");
    checkReadable(of);
  }

  /** What is Invalid cannot be read, and nor could a snapshot of it. */
  static void checkReadable(LayeredVolume origin) throws ErrnoException {
    if (origin instanceof SnapshotVolume snapshot && !snapshot.valid()) {
      throw new ErrnoException(
          Errno.EIO, snapshot.name() + " is Invalid: no snapshot can be taken of it");
    }
  }

  private static long cowBytes(PoolState state, SnapshotRequest request, LayeredVolume origin) {
    Creation.checkSize(request.cowBytes());
    int chunkSectors = new ChunkSize(request.chunkSectors()).sectors();
    long least = Sectors.toBytes((long) CowSize.MIN_CHUNKS * chunkSectors);
    if (request.cowBytes() < least) {
      throw new IllegalArgumentException(
          "Snapshot volume cannot be smaller than 3 chunks (" + least + " bytes)");
    }
    return Creation.cut(
        state, request.name(), request.cowBytes(), CowSize.useful(origin.sectors(), chunkSectors));
  }
}
