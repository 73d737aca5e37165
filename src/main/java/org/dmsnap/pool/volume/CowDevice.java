package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;

/**
 * {@code SNAP-cow}: a persistent snapshot's COW device; {@code ORIGIN-cow} while it merges into an
 * origin.
 */
public final class CowDevice extends HiddenDevice {

  private final Volume above;
  private final SnapshotVolume snapshot;
  private volatile boolean cut;

  /** The device beneath {@code snapshot}. */
  public CowDevice(SnapshotVolume snapshot) {
    this(snapshot, snapshot);
  }

  /** The device of {@code snapshot}'s COW file beneath {@code above}, the origin it merges into. */
  public CowDevice(Volume above, SnapshotVolume snapshot) {
    super(above, nameOver(above, snapshot) + PoolFiles.COW);
    this.above = above;
    this.snapshot = snapshot;
  }

  /** A snapshot that another merges into has a COW device of that name itself. */
  static String nameOver(Volume above, SnapshotVolume snapshot) {
    return above instanceof OriginVolume ? above.name() : snapshot.name();
  }

  /** Whether there is one. */
  boolean present() {
    return snapshot.persistent() && snapshot.cow() != null && !cut;
  }

  /** Lets every request fail from now on; the gate is held. */
  public void cut() {
    cut = true;
  }

  @Override
  public long size() {
    BlockDevice cow = snapshot.cow();
    return cow == null ? 0 : cow.size();
  }

  @Override
  public long changedNanos() {
    DatedDevice cow = snapshot.cow();
    return cow == null ? snapshot.changedNanos() : cow.time().look();
  }

  @Override
  public long allocated() {
    BlockDevice cow = snapshot.cow();
    return cow == null ? 0 : cow.allocated();
  }

  @Override
  public String table() {
    return PoolTable.linear(Sectors.in(size()), PoolFiles.cow(snapshot.name()));
  }

  @Override
  public String status() {
    return "0 " + Sectors.in(size()) + " linear ";
  }

  /** Commits first, so that what is read is a whole store. */
  @Override
  public void opened() throws IOException {
    flush();
  }

  @Override
  BlockDevice deviceInside() throws IOException {
    BlockDevice cow = snapshot.cow();
    if (cow == null || cut) {
      throw gone();
    }
    return cow;
  }

  @Override
  public void flush() throws IOException {
    long stamp = snapshot.gate().enterView();
    try {
      if (!present()) {
        throw gone();
      }
      if (above == snapshot) {
        snapshot.flushIfValid();
      } else {
        above.served().target().flush();
      }
    } finally {
      snapshot.gate().leaveView(stamp);
    }
  }
}
