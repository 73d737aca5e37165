package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;

/**
 * A first write to chunks of a snapshot: the user's bytes, and around them what the origin has.
 * Whole chunks are not read from the origin.
 *
 * @param image the origin's raw image
 * @param cow the COW device
 * @param chunkSize the snapshot's
 */
record SnapshotWrite(BlockDevice image, BlockDevice cow, ChunkSize chunkSize) {

  /**
   * Writes {@code length} bytes from {@code position} to {@code run}, which begins in its chunk.
   */
  void write(long position, NativeBuffer buffer, int length, ChunkRun run) throws IOException {
    long start = chunkSize.positionOf(chunkSize.chunkOf(position));
    long shift = chunkSize.positionOf(run.first()) - start; // from the origin to the COW device
    long end = position + length;
    long chunkEnd = chunkSize.positionOf(chunkSize.chunkOf(end - 1) + 1);
    copy(start, position, shift);
    copy(end, Math.min(chunkEnd, image.size()), shift);
    cow.write(position + shift, buffer, length);
  }

  /** Writes to {@code run} what the origin has in the chunks of a range. */
  void copy(long position, int length, ChunkRun run) throws IOException {
    long start = chunkSize.positionOf(chunkSize.chunkOf(position));
    long end = chunkSize.positionOf(chunkSize.chunkOf(position + length - 1) + 1);
    copy(start, Math.min(end, image.size()), chunkSize.positionOf(run.first()) - start);
  }

  private void copy(long from, long to, long shift) throws IOException {
    if (from >= to) {
      return;
    }
    NativeBuffer piece = BufferPool.borrow();
    try {
      for (long at = from; at < to; ) {
        int length = (int) Math.min(BufferPool.BUFFER_BYTES, to - at);
        image.read(at, piece.seek(0), length);
        cow.write(at + shift, piece.seek(0), length);
        at += length;
      }
    } finally {
      BufferPool.giveBack(piece);
    }
  }
}
