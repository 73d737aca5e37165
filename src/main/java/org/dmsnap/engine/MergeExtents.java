package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.Extents;

/**
 * Where an origin that a snapshot is merged into has data: where an exception is left, and where
 * its image has data.
 *
 * <p>The exceptions are asked before the image: one that is gone had been copied there before.
 */
final class MergeExtents implements Extents {

  private final Snapshot snapshot;
  private final Extents image;
  private final ExceptionMap exceptions;

  /** Of the merge of {@code snapshot} into {@code image}. */
  MergeExtents(Snapshot snapshot, Extents image) {
    this.snapshot = snapshot;
    this.image = image;
    this.exceptions = snapshot.exceptions();
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    long excepted = exceptions.exceptedFrom(position, end);
    return image.dataFrom(position, excepted);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    long found = exceptions.unexceptedFrom(position, end);
    long hole = image.holeFrom(found, end);
    while (hole > found) {
      found = exceptions.unexceptedFrom(hole, end);
      hole = image.holeFrom(found, end);
    }
    return hole;
  }

  @Override
  public long allocated() {
    return OwnSpace.of(snapshot).with(image.allocated());
  }
}
