package org.dmsnap.engine;

import java.io.IOException;
import java.util.function.Supplier;
import org.dmsnap.block.Extents;

/**
 * Where a snapshot has data: where it has an exception, and where its origin's image has data that
 * it shares.
 *
 * <p>The image is asked before the exceptions: what becomes a hole of the image while it is looked
 * at got its exceptions before. What becomes data there did so, too, and is then data here.
 */
final class SnapshotExtents implements Extents {

  private final Snapshot snapshot;
  private final Supplier<Extents> image;
  private final ExceptionMap exceptions;

  /** Of {@code snapshot}, of an origin that has {@code image} now. */
  SnapshotExtents(Snapshot snapshot, Supplier<Extents> image) {
    this.snapshot = snapshot;
    this.image = image;
    this.exceptions = snapshot.exceptions();
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    long shared = image.get().dataFrom(position, end);
    long found = exceptions.exceptedFrom(position, shared);
    checkValid();
    return found;
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    Extents beneath = image.get();
    long hole = beneath.holeFrom(position, end);
    long found = exceptions.unexceptedFrom(hole, end);
    while (found > hole) {
      hole = beneath.holeFrom(found, end);
      found = exceptions.unexceptedFrom(hole, end);
    }
    checkValid();
    return found;
  }

  /** Else exceptions may be missing, and the image have changed before it was asked. */
  private void checkValid() throws IOException {
    if (!snapshot.valid()) {
      throw Validity.invalid();
    }
  }

  /** Of an Invalid one its size, or who takes 0 for nothing but a hole would not read it. */
  @Override
  public long allocated() {
    return !snapshot.valid()
        ? snapshot.size()
        : OwnSpace.of(snapshot).with(image.get().allocated());
  }
}
