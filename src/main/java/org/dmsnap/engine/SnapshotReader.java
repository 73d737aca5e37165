package org.dmsnap.engine;

import java.io.IOException;
import java.util.concurrent.locks.StampedLock;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.NativeBuffer;

/**
 * Reads a snapshot: on the COW device what has an exception, in its origin what has none.
 *
 * <p>In a stack the origin is a snapshot, which does the same: so a reader takes the first
 * exception on the way from itself to the image. The lock rule is {@link ChunkLocks}'.
 */
final class SnapshotReader {

  private final Snapshot snapshot;
  private final BlockDevice cow;
  private final ExceptionMap exceptions;

  SnapshotReader(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.cow = snapshot.cow();
    this.exceptions = snapshot.exceptions();
  }

  /** As {@link Target#read}; whether the snapshot is valid is the caller's to check. */
  void read(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = readRun(position, buffer, left);
      position += piece;
      left -= piece;
    }
  }

  private int readRun(long position, NativeBuffer buffer, int left) throws IOException {
    int piece = exceptions.exceptedRun(position, left);
    if (piece > 0) {
      cow.read(exceptions.cowPosition(position), buffer, piece);
      return piece;
    }
    Origin origin = snapshot.origin();
    ChunkLocks locks = origin.locks();
    StampedLock lock = locks.of(position);
    int most = locks.lengthWithin(position, left);
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      piece = exceptions.unexceptedRun(position, most);
      origin.image().read(position, buffer, piece);
      if (lock.validate(stamp)) {
        return piece;
      }
      buffer.advance(-piece);
    }
    stamp = lock.readLock(); // over the read: the chunk must not be overwritten under us
    try {
      piece = exceptions.unexceptedRun(position, most);
      origin.image().read(position, buffer, piece);
      return piece; // 0 if an exception came meanwhile: the caller looks again
    } finally {
      lock.unlockRead(stamp);
    }
  }
}
