package org.dmsnap.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;

/**
 * The newest records of a COW device, read and forgotten from the end. Source: {@code
 * persistent_prepare_merge} and {@code persistent_commit_merge} in {@code dm-snap-persistent.c}.
 *
 * <p>One thread at a time: that of the merge.
 */
final class MergeTail {

  private final BlockDevice cow;
  private final AreaLayout layout;

  MergeTail(BlockDevice cow, AreaLayout layout) {
    this.cow = cow;
    this.layout = layout;
  }

  /** The runs of the {@code most} newest of {@code records}, newest first. */
  List<MergeRun> newest(long records, long most) throws IOException {
    List<MergeRun> runs = new ArrayList<>();
    NativeBuffer buffer = BufferPool.borrow();
    try {
      long left = Math.min(records, most);
      for (long end = records; left > 0; ) {
        int piece = pieceBefore(end, left);
        long start = end - piece;
        cow.read(layout.positionOf(start), buffer.seek(0), piece * AreaLayout.RECORD_BYTES);
        for (int i = piece - 1; i >= 0; i--) {
          buffer.seek(i * AreaLayout.RECORD_BYTES);
          add(runs, buffer.getLongLe(), buffer.getLongLe(), i == piece - 1);
        }
        end = start;
        left -= piece;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
    return runs;
  }

  /** Zeroes the records from {@code from} up to {@code to}, durably. */
  void forget(long from, long to) throws IOException {
    NativeBuffer zeroes = BufferPool.borrow();
    try {
      zeroes.putZeroes((int) Math.min((to - from) * AreaLayout.RECORD_BYTES, zeroes.remaining()));
      for (long end = to; end > from; ) {
        int piece = pieceBefore(end, end - from);
        end -= piece;
        cow.write(layout.positionOf(end), zeroes.seek(0), piece * AreaLayout.RECORD_BYTES);
      }
    } finally {
      BufferPool.giveBack(zeroes);
    }
    cow.sync();
  }

  /** How many of {@code most} records before {@code end} lie in one area and one buffer. */
  private int pieceBefore(long end, long most) {
    long areaStart = layout.areaOf(end - 1) * layout.recordsPerArea();
    long piece = Math.min(most, end - areaStart);
    return (int) Math.min(piece, BufferPool.BUFFER_BYTES / AreaLayout.RECORD_BYTES);
  }

  private static void add(List<MergeRun> runs, long oldChunk, long newChunk, boolean newPiece) {
    if (!newPiece) {
      MergeRun last = runs.get(runs.size() - 1);
      ChunkRun run = last.run();
      if (oldChunk == last.oldFirst() - 1 && newChunk == run.first() - 1) {
        runs.set(runs.size() - 1, new MergeRun(oldChunk, new ChunkRun(newChunk, run.count() + 1)));
        return;
      }
    }
    runs.add(new MergeRun(oldChunk, new ChunkRun(newChunk, 1)));
  }
}
