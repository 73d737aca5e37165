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
        addRuns(runs, buffer, piece);
        end = start;
        left -= piece;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
    return runs;
  }

  /** Zeroes the records from {@code from} up to {@code to}; not durable yet. */
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
  }

  /** How many of {@code most} records before {@code end} lie in one area and one buffer. */
  private int pieceBefore(long end, long most) {
    long areaStart = layout.areaOf(end - 1) * layout.recordsPerArea();
    long piece = Math.min(most, end - areaStart);
    return (int) Math.min(piece, BufferPool.BUFFER_BYTES / AreaLayout.RECORD_BYTES);
  }

  /** Adds the runs of the first {@code count} records in {@code buffer}, last first. */
  private static void addRuns(List<MergeRun> runs, NativeBuffer buffer, int count) {
    for (int end = count; end > 0; ) {
      int first = end - 1;
      long oldFirst = oldChunk(buffer, first);
      long newFirst = newChunk(buffer, first);
      while (first > 0
          && oldChunk(buffer, first - 1) == oldFirst - 1
          && newChunk(buffer, first - 1) == newFirst - 1) {
        first--;
        oldFirst--;
        newFirst--;
      }
      runs.add(new MergeRun(oldFirst, new ChunkRun(newFirst, end - first)));
      end = first;
    }
  }

  private static long oldChunk(NativeBuffer records, int index) {
    return records.seek(index * AreaLayout.RECORD_BYTES).getLongLe();
  }

  private static long newChunk(NativeBuffer records, int index) {
    return records.seek(index * AreaLayout.RECORD_BYTES + Long.BYTES).getLongLe();
  }
}
