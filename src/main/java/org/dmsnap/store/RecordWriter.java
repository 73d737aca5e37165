package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;

/**
 * Writes the records of a group where they belong, and nothing else of their areas: what stands
 * before them stays, what stands behind them is zero already.
 */
final class RecordWriter {

  private final BlockDevice cow;
  private final AreaLayout layout;
  private boolean tailMayBeStale; // whoever leads a group is alone with it

  RecordWriter(BlockDevice cow, AreaLayout layout) {
    this.cow = cow;
    this.layout = layout;
  }

  /** Something may stand behind the last record. */
  void tailMayBeStale() {
    tailMayBeStale = true;
  }

  /** Appends the records of {@code group}, the first of which is record {@code first}. */
  void write(List<CommitQueue.Ready> group, long first) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      long start = first; // of what the buffer holds
      long next = first;
      for (CommitQueue.Ready ready : group) {
        for (long i = 0; i < ready.run().count(); i++) {
          buffer.putLongLe(ready.oldFirst() + i);
          buffer.putLongLe(ready.run().first() + i);
          next++;
          if (buffer.remaining() == 0 || layout.areaOf(next) != layout.areaOf(start)) {
            start = drain(buffer, start, next);
          }
        }
      }
      drain(buffer, start, next);
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  private long drain(NativeBuffer buffer, long start, long next) throws IOException {
    int length = buffer.done();
    if (length == 0) {
      return next;
    }
    cow.write(layout.positionOf(start), buffer.seek(0), length);
    buffer.seek(0);
    return next;
  }

  /** Zeroes the areas that records up to {@code end} enter, after that of {@code first}. */
  void emptyAreas(long first, long end) throws IOException {
    for (long area = layout.areaOf(first) + 1; area <= layout.areaOf(end); area++) {
      cow.zero(layout.chunkSize().positionOf(layout.areaChunk(area)), layout.chunkSize().bytes());
    }
  }

  /** Zeroes, the first time, what stands from {@code record} to the end of its area. */
  void clearStaleTail(long record) throws IOException {
    if (!tailMayBeStale) {
      return;
    }
    long areaEnd = layout.chunkSize().positionOf(layout.areaChunk(layout.areaOf(record)) + 1);
    cow.zero(layout.positionOf(record), areaEnd - layout.positionOf(record));
    tailMayBeStale = false;
  }
}
