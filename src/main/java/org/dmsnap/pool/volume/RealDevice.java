package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.engine.Origin;
import org.dmsnap.pool.table.PoolFiles;

/** {@code NAME-real}: what is beneath a volume, there while it has snapshots or one merges. */
public final class RealDevice extends HiddenDevice {

  private final LayeredVolume above;

  /** The device beneath {@code above}. */
  RealDevice(LayeredVolume above) {
    super(above, above.name() + PoolFiles.REAL);
    this.above = above;
  }

  @Override
  public long size() {
    return above.size();
  }

  @Override
  public long changedNanos() {
    return above.lines().realChangedNanos();
  }

  @Override
  public long allocated() {
    Origin origin = above.asOriginOrNull();
    return origin == null ? 0 : origin.image().allocated();
  }

  @Override
  public String table() {
    return above.lines().realTable();
  }

  @Override
  public String status() {
    return above.lines().realStatus();
  }

  @Override
  public void opened() throws IOException {
    if (!above.layered()) {
      throw gone();
    }
  }

  @Override
  BlockDevice deviceInside() throws IOException {
    Origin origin = above.asOriginOrNull();
    if (!above.layered() || origin == null) {
      throw gone();
    }
    return origin.image();
  }

  @Override
  public void flush() throws IOException {
    above.flush();
  }
}
