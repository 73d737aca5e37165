package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.FeatureWords;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.ServedImage;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.store.ChunkSize;

/** Makes new volumes: origins, and snapshots of them. */
public final class Creation {

  private final PoolState state;

  /** Creates in {@code state}'s pool. */
  public Creation(PoolState state) {
    this.state = state;
  }

  /** A new origin, all zeroes. */
  public void origin(String name, long bytes) throws IOException {
    state.checkFree(name);
    checkSize(bytes);
    Descriptors.check(state.volumes().count() + 1);
    String file = PoolFiles.image(name);
    DatedDevice image = state.createFresh(file, bytes);
    try {
      image.sync();
      state.directory().sync();
      state.table().change(table -> table.withOrigin(name, Sectors.in(bytes)));
    } catch (IOException | RuntimeException failure) {
      state.undoFresh(file, image, failure);
      throw failure;
    }
    Origin origin = state.origin(name, image);
    ServedImage served =
        new ServedImage(origin, PoolFiles.fresh(file), new ChangeTime(), image.time());
    OriginVolume volume = new OriginVolume(name, served, false);
    state.nameListed(file, volume);
    state.volumes().add(volume);
  }

  /** A snapshot of an origin as it is now. */
  public void snapshot(SnapshotRequest request) throws IOException {
    LayeredVolume origin = state.volume(request.origin());
    if (origin instanceof SnapshotVolume snapshot) {
      checkStack(request, snapshot);
    }
    Refusals.whileMerging(
        origin,
        "Snapshots of an origin that has a merging snapshot are not supported (wait for that)");
    state.checkFree(request.name());
    FeatureWords.check(request.features());
    long bytes = cowBytes(request, origin);
    Descriptors.check(state.volumes().count() + 1);
    if (request.type().persistent()) {
      persistent(request, origin, bytes);
    } else {
      transientOne(request, origin, bytes);
    }
    state.volumes().publish();
  }

  private void persistent(SnapshotRequest request, LayeredVolume origin, long bytes)
      throws IOException {
    String file = PoolFiles.cow(request.name());
    DatedDevice cow = state.createFresh(file, bytes);
    SnapshotVolume volume = volume(request, origin, PoolFiles.fresh(file));
    try {
      open(volume, cow, request);
      volume.flushIfValid();
      cow.sync();
      state.directory().sync();
      origin.flush(); // here, so that little is left to flush while requests are held
      take(volume);
    } catch (IOException | RuntimeException failure) {
      if (!origin.snapshots().contains(volume)) {
        state.undoFresh(file, cow, failure);
      }
      throw failure;
    }
    state.nameListed(file, volume);
  }

  private void transientOne(SnapshotRequest request, LayeredVolume origin, long bytes)
      throws IOException {
    DatedDevice cow = state.createUnnamed(bytes);
    SnapshotVolume volume = volume(request, origin, "");
    try {
      open(volume, cow, request);
      origin.flush();
      take(volume);
    } catch (IOException | RuntimeException failure) {
      cow.close();
      throw failure;
    }
  }

  /** The moment of the snapshot: no request is under way. */
  private void take(SnapshotVolume volume) throws IOException {
    Hold.during(volume.origin(), () -> takeInside(volume));
  }

  private void takeInside(SnapshotVolume volume) throws IOException {
    volume.origin().served().target().flush();
    checkReadable(volume.origin());
    if (volume.persistent()) {
      list(volume);
    }
    volume.origin().attach(volume);
  }

  private void list(SnapshotVolume volume) throws IOException {
    try {
      state.table().change(table -> table.withSnapshot(volume.name(), volume.entry()));
    } catch (IOException failure) {
      Snapshot snapshot = volume.snapshot();
      if (state.table().uncertain() && snapshot != null) {
        invalidate(volume, snapshot, failure);
      }
      throw failure;
    }
  }

  /**
   * It may be listed after a power cut, and the origin is about to change beneath it: so it becomes
   * Invalid. If not even that can be recorded, it is there as Invalid, and its origin refuses
   * writes until it can.
   */
  private void invalidate(SnapshotVolume volume, Snapshot snapshot, IOException failure) {
    try {
      snapshot.invalidate("it could not be listed");
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
      volume.origin().attach(volume);
      state.volumes().publish();
      state
          .log()
          .error(
              volume.name()
                  + " was not taken, and that cannot be written to the disk: "
                  + volume.origin().name()
                  + " refuses writes until it can; remove "
                  + volume.name()
                  + " then: "
                  + also.getMessage());
    }
  }

  private void open(SnapshotVolume volume, DatedDevice cow, SnapshotRequest request)
      throws IOException {
    volume.cowOpened(cow);
    SnapshotWatch watch = new SnapshotWatch(state, volume);
    volume.loaded(
        Snapshot.open(
            volume.origin().asOrigin(),
            cow,
            request.type(),
            request.chunkSectors(),
            request.features(),
            watch));
  }

  private static SnapshotVolume volume(SnapshotRequest request, LayeredVolume origin, String file) {
    SnapshotEntry entry =
        new SnapshotEntry(
            origin.name(),
            origin.sectors(),
            request.type().code(),
            request.chunkSectors(),
            Set.copyOf(request.features()),
            0);
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
  private static void checkReadable(LayeredVolume origin) throws ErrnoException {
    if (origin instanceof SnapshotVolume snapshot && !snapshot.valid()) {
      throw new ErrnoException(
          Errno.EIO, snapshot.name() + " is Invalid: no snapshot can be taken of it");
    }
  }

  private long cowBytes(SnapshotRequest request, LayeredVolume origin) {
    checkSize(request.cowBytes());
    int chunkSectors = new ChunkSize(request.chunkSectors()).sectors();
    long least = Sectors.toBytes((long) CowSize.MIN_CHUNKS * chunkSectors);
    if (request.cowBytes() < least) {
      throw new IllegalArgumentException(
          "Snapshot volume cannot be smaller than 3 chunks (" + least + " bytes)");
    }
    return cut(
        state, request.name(), request.cowBytes(), CowSize.useful(origin.sectors(), chunkSectors));
  }

  /** {@code bytes}, or what {@code usefulSectors} amount to if that is less. */
  static long cut(PoolState state, String name, long bytes, long usefulSectors) {
    long useful = Sectors.toBytes(usefulSectors);
    if (bytes > useful) {
      state
          .log()
          .warning(
              name
                  + ": reducing COW size "
                  + bytes
                  + "b down to maximum usable size "
                  + useful
                  + "b");
    }
    return Math.min(bytes, useful);
  }

  private static void checkSize(long bytes) {
    if (bytes <= 0 || !Sectors.whole(bytes)) {
      throw new IllegalArgumentException(
          "a size is a whole number of 512-byte sectors, at least one: " + bytes + " bytes");
    }
  }
}
