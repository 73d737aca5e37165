package org.dmsnap.pool;

import java.io.IOException;
import org.dmsnap.block.NativeBuffer;
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
  void readInside(long position, NativeBuffer buffer, int length) throws IOException {
    if (!origin.layered()) {
      throw gone();
    }
    origin.image().read(position, buffer, length);
  }

  @Override
  public void flush() throws IOException {
    origin.flush();
  }
}
