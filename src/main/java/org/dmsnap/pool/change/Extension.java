package org.dmsnap.pool.change;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;

/** Grows volumes: a snapshot's COW device, or an origin that has no snapshots. */
public final class Extension {

  private final PoolState state;

  /** Extends in {@code state}'s pool. */
  public Extension(PoolState state) {
    this.state = state;
  }

  /** Grows {@code volume} to {@code bytes}, or by as many if {@code relative}. */
  public void extend(Volume volume, long bytes, boolean relative) throws IOException {
    if (bytes <= 0 || !Sectors.whole(bytes)) {
      throw new IllegalArgumentException(
          "a size is a whole number of 512-byte sectors, at least one: " + bytes + " bytes");
    }
    if (volume instanceof SnapshotVolume snapshot) {
      snapshot(snapshot, bytes, relative);
      snapshot.freshness().cachesStale();
    } else if (volume instanceof OriginVolume origin) {
      origin(origin, bytes, relative);
      origin.freshness().contentChanged();
    }
  }

  private void origin(OriginVolume origin, long bytes, boolean relative) throws IOException {
    Refusals.withSnapshots(origin, "extended");
    String protection = origin.writeProtection();
    if (protection != null) {
      throw new ErrnoException(Errno.EROFS, protection);
    }
    BackingDirectory.Stat stat = state.directory().stat(origin.file());
    if (stat != null && stat.kind() == BackingDirectory.Kind.BLOCK_DEVICE) {
      throw new IllegalArgumentException(origin.name() + " is a block device, which cannot grow");
    }
    BlockDevice image = origin.image();
    long before = image.size();
    long after = grown(origin.name(), relative ? Commit.first(before) : before, bytes, relative);
    try {
      Hold.during(origin, () -> resize(origin, after));
    } catch (IOException | RuntimeException failure) {
      shrinkBack(image, before, failure);
      throw failure;
    }
  }

  private void resize(OriginVolume origin, long bytes) throws IOException {
    origin.naming().changing();
    origin.image().sync(); // if that fails, so would the next, and nothing could be undone
    origin.image().resize(bytes);
    origin.image().sync();
    state.table().change(table -> table.withOrigin(origin.name(), Sectors.in(bytes)));
  }

  private static void shrinkBack(BlockDevice image, long before, Exception failure) {
    try {
      image.resize(before);
      image.sync(); // or a power cut brings the new size back
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
    }
  }

  private void snapshot(SnapshotVolume snapshot, long bytes, boolean relative) throws IOException {
    if (snapshot.takenOf().due() == snapshot && snapshot.unstacked()) {
      throw new ErrnoException(
          Errno.EBUSY, snapshot.name() + " cannot be extended: it is due to be merged");
    }
    BlockDevice cow = snapshot.cow();
    if (cow == null || snapshot.unloadable()) {
      throw new ErrnoException(
          Errno.EIO, snapshot.name() + " could not be loaded, so its COW file is left as it is");
    }
    long before = cow.size();
    long wanted = grown(snapshot.name(), relative ? Commit.first(before) : before, bytes, relative);
    long useful = CowSize.useful(snapshot.sectors(), Math.max(1, snapshot.chunkSectors()));
    long after = Math.max(before, Creation.cut(state, snapshot.name(), wanted, useful));
    synchronized (cow) { // an auto-extension may be under way, and must not take it back
      cow.resize(Math.max(after, cow.size()));
    }
    sync(snapshot, cow);
    if (snapshot.persistent()) {
      long sectors = Sectors.in(cow.size());
      list(snapshot, sectors);
    }
    tellOfNoUse(snapshot);
  }

  /** The COW device has its size, durably; a table that cannot follow is corrected by a mount. */
  private void list(SnapshotVolume snapshot, long sectors) {
    try {
      state.table().change(table -> table.withCowSectors(snapshot.name(), sectors));
    } catch (IOException failure) {
      state
          .log()
          .warning(
              snapshot.name()
                  + " is extended, but "
                  + PoolFiles.TABLE
                  + " cannot be written, and has its size after the next mount: "
                  + failure.getMessage());
    }
  }

  /** Room comes too late for what has run out of it. */
  private void tellOfNoUse(SnapshotVolume snapshot) {
    if (!snapshot.valid()) {
      state.log().warning(snapshot.name() + " stays Invalid, until it is reset");
    } else if (snapshot.overflowed()) {
      state.log().warning(snapshot.name() + " takes writes once the pool is mounted again");
    }
  }

  /** As a flush of the snapshot, which remembers if it fails: what was written may be lost. */
  private static void sync(SnapshotVolume snapshot, BlockDevice cow) throws IOException {
    if (snapshot.valid()) {
      snapshot.flushIfValid();
    } else {
      cow.sync();
    }
  }

  private static long grown(String name, long before, long bytes, boolean relative) {
    if (relative && bytes > Long.MAX_VALUE - before) {
      throw new IllegalArgumentException(
          name + " has " + before + " bytes already; no file is larger by " + bytes);
    }
    long after = relative ? before + bytes : bytes;
    if (after < before) {
      throw new IllegalArgumentException(
          name
              + " has "
              + before
              + " bytes already; "
              + after
              + " would make it smaller, and volumes only grow");
    }
    return after;
  }
}
