package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;

/** {@code ORIGIN-real}: an origin's image, there while the origin has snapshots or merges. */
final class RealDevice extends HiddenDevice {

  private final OriginVolume origin;

  /** The device beneath {@code origin}. */
  RealDevice(OriginVolume origin) {
    super(origin, PoolFiles.REAL);
    this.origin = origin;
  }

  @Override
  public long size() {
    return origin.size();
  }

  @Override
  public long changedNanos() {
    return origin.imageTime().look();
  }

  @Override
  public long allocated() {
    return origin.image().allocated();
  }

  @Override
  public String table() {
    return PoolTable.linear(Sectors.in(size()), PoolFiles.image(origin.name()));
  }

  @Override
  public String status() {
    return "0 " + Sectors.in(size()) + " linear ";
  }

  @Override
  public void opened() throws IOException {
    if (!origin.layered()) {
      throw gone();
    }
  }

  @Override
  BlockDevice deviceInside() throws IOException {
    if (!origin.layered()) {
      throw gone();
    }
    return origin.image();
  }

  @Override
  public void flush() throws IOException {
    origin.flush();
  }
}
