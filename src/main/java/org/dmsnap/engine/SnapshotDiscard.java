package org.dmsnap.engine;

import java.io.IOException;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkSize;

/**
 * Discards of a snapshot. Source: section "Discard" of the kernel's snapshot.rst, with one
 * difference: what succeeds reads as zeroes, where the kernel leaves old data in chunks without an
 * exception.
 */
final class SnapshotDiscard {

  private final Snapshot snapshot;
  private final Origin origin;
  private final boolean zeroesCow;
  private final boolean passdown;

  SnapshotDiscard(Snapshot snapshot, Origin origin, Set<Feature> features) {
    this.snapshot = snapshot;
    this.origin = origin;
    this.zeroesCow = features.contains(Feature.DISCARD_ZEROES_COW);
    this.passdown = features.contains(Feature.DISCARD_PASSDOWN_ORIGIN);
  }

  /** As {@link Target#discard}; the snapshot can be written. */
  void discard(long position, long length) throws IOException {
    if (!zeroesCow) {
      throw new ErrnoException(
          Errno.EOPNOTSUPP, "the snapshot was made without discard_zeroes_cow");
    }
    if (!passdown && !unexceptedIsZero(position, length)) {
      throw new ErrnoException(
          Errno.EOPNOTSUPP, "a discard would leave the origin's data in chunks not yet written");
    }
    if (passdown) {
      origin.image().discard(position, length);
    }
    ChunkSize chunkSize = snapshot.chunkSize();
    for (long left = length; left > 0; ) {
      int piece = chunkSize.lengthWithin(position, left);
      long newChunk = snapshot.exceptions().find(chunkSize.chunkOf(position));
      if (newChunk != ExceptionMap.NONE) {
        snapshot.cow().zero(chunkSize.positionOf(newChunk) + chunkSize.offsetIn(position), piece);
      }
      position += piece;
      left -= piece;
    }
  }

  private boolean unexceptedIsZero(long position, long length) throws IOException {
    ChunkSize chunkSize = snapshot.chunkSize();
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (long left = length; left > 0; ) {
        int piece = Math.min(chunkSize.lengthWithin(position, left), BufferPool.BUFFER_BYTES);
        if (snapshot.exceptions().find(chunkSize.chunkOf(position)) == ExceptionMap.NONE) {
          snapshot.read(position, buffer.seek(0), piece);
          if (!buffer.seek(0).isZero(piece)) {
            return false;
          }
        }
        position += piece;
        left -= piece;
      }
      return true;
    } finally {
      BufferPool.giveBack(buffer);
    }
  }
}
