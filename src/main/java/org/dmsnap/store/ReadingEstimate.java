package org.dmsnap.store;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;

/**
 * Says beforehand how many bytes will be read, for those who wait: the end of the list of
 * exceptions is found by halving, in a few reads. What is told is never relied on.
 */
public final class ReadingEstimate {

  private ReadingEstimate() {}

  /**
   * Bytes that one reading of the exceptions on {@code cow} takes; 0 if it has none.
   *
   * @throws IOException if it is no COW device, or fails
   */
  public static long ofOneReading(BlockDevice cow) throws IOException {
    DiskHeader header = DiskHeader.of(cow);
    if (header.isBlank()) {
      return 0;
    }
    AreaLayout layout = new AreaLayout(header.chunkSize());
    return areas(cow, layout) * layout.chunkSize().bytes();
  }

  /** Bytes that {@link CowCheck} takes, which reads them several times. */
  public static long ofCheck(BlockDevice cow) throws IOException {
    long once = ofOneReading(cow);
    return once * (1 + Repeats.passes(once / AreaLayout.RECORD_BYTES));
  }

  /** How many areas begin with a record; those in use lie before those that are not. */
  private static long areas(BlockDevice cow, AreaLayout layout) throws IOException {
    long used = 0;
    long unused = layout.chunkSize().chunkOf(cow.size()) / (layout.recordsPerArea() + 1L) + 1;
    while (used < unused) {
      long middle = (used + unused) >>> 1;
      if (begins(cow, layout, middle)) {
        used = middle + 1;
      } else {
        unused = middle;
      }
    }
    return used;
  }

  private static boolean begins(BlockDevice cow, AreaLayout layout, long area) throws IOException {
    if (!layout.isWithin(cow.size(), layout.areaChunk(area))) {
      return false;
    }
    NativeBuffer buffer = BufferPool.borrow();
    try {
      cow.read(layout.positionOf(area * layout.recordsPerArea()), buffer, AreaLayout.RECORD_BYTES);
      buffer.seek(Long.BYTES);
      return buffer.getLongLe() != 0;
    } finally {
      BufferPool.giveBack(buffer);
    }
  }
}
