package org.dmsnap.pool.volume;

import org.dmsnap.block.ChangeTime;
import org.dmsnap.engine.Target;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;

/** The lines of an origin, beneath which is its image. */
final class OriginLines extends Lines {

  private final OriginVolume volume;
  private final ChangeTime imageTime;

  /** Those of {@code volume}, whose image was last changed at {@code imageTime}. */
  OriginLines(OriginVolume volume, ChangeTime imageTime) {
    super(volume);
    this.volume = volume;
    this.imageTime = imageTime;
  }

  @Override
  String status() {
    Target target = volume.served().orNull();
    return extent() + (target == null ? "error " : target.type() + " " + target.status());
  }

  @Override
  String realTable() {
    return PoolTable.linear(volume.sectors(), PoolFiles.image(volume.name()));
  }

  @Override
  String realStatus() {
    return extent() + "linear ";
  }

  @Override
  long realChangedNanos() {
    return imageTime.look();
  }
}
