package org.dmsnap.store;

import org.dmsnap.block.BlockDevice;

/**
 * Lets the disk begin with chunk data while more is written, so that a group's sync finds little
 * left to do: no more than a hint, on which nothing relies.
 */
final class EarlySync {

  /** So much is written before the disk is to begin with it. */
  private static final long BYTES = 256 << 10;

  private final BlockDevice cow;
  private final ChunkSize chunkSize;
  private volatile long begunBelow = AreaLayout.FIRST_DATA_CHUNK;

  EarlySync(BlockDevice cow, ChunkSize chunkSize) {
    this.cow = cow;
    this.chunkSize = chunkSize;
  }

  /** Chunk data is written from this chunk on. */
  void from(long chunk) {
    begunBelow = chunk;
  }

  /** A run has been written; several threads may say so at once, in any order. */
  void written(ChunkRun run) {
    long from = begunBelow;
    long length = chunkSize.positionOf(run.end() - from);
    if (length >= BYTES) {
      begunBelow = run.end(); // what another thread has not written yet is left to the sync
      cow.startSync(chunkSize.positionOf(from), length);
    }
  }
}
