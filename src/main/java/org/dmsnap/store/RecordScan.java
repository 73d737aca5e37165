package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;

/**
 * Reads the metadata areas of a COW device up to the terminator, the first record whose new chunk
 * is 0, a buffer at a time. Judges nothing and writes nothing. Source: {@code read_exceptions} in
 * {@code dm-snap-persistent.c}.
 */
record RecordScan(BlockDevice cow, AreaLayout layout) {

  /** Receives the records, in the order in which they stand. */
  @FunctionalInterface
  interface Visitor {
    /** Takes the record of that number: {@code oldChunk} is at {@code newChunk}. */
    void accept(long record, long oldChunk, long newChunk) throws IOException;
  }

  /**
   * Hands every record to {@code visitor}.
   *
   * @return how many there are: the number of the terminator
   * @throws ErrnoException EIO if there is none before the end of the device
   */
  long forEach(Visitor visitor) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (long record = 0; ; ) {
        int records = read(record, buffer);
        for (int i = 0; i < records; i++, record++) {
          long oldChunk = buffer.getLongLe();
          long newChunk = buffer.getLongLe();
          if (newChunk == 0) {
            return record;
          }
          visitor.accept(record, oldChunk, newChunk);
        }
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Reads as many records from {@code record} on as fit the buffer and lie in one area. */
  private int read(long record, NativeBuffer buffer) throws IOException {
    long area = layout.areaOf(record);
    if (!layout.isWithin(cow.size(), layout.areaChunk(area))) {
      throw new ErrnoException(
          Errno.EIO,
          "metadata area " + area + " lies beyond the end of the COW device: it was truncated");
    }
    long inArea = (area + 1) * layout.recordsPerArea() - record;
    int records = (int) Math.min(inArea, BufferPool.BUFFER_BYTES / AreaLayout.RECORD_BYTES);
    cow.read(layout.positionOf(record), buffer.seek(0), records * AreaLayout.RECORD_BYTES);
    buffer.seek(0);
    return records;
  }
}
