package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;

/**
 * Reads the metadata areas of an existing COW device, up to the terminator: the first record whose
 * new chunk is 0. Writes nothing.
 *
 * <p>Stricter than the kernel: a record that points outside the devices, or at metadata, makes the
 * load fail. Source: {@code read_exceptions} in {@code dm-snap-persistent.c}.
 */
final class PersistentLoad {

  private final BlockDevice cow;
  private final AreaLayout layout;
  private final long originChunks;
  private final long cowChunks;
  private long nextFree = AreaLayout.FIRST_DATA_CHUNK;

  PersistentLoad(BlockDevice cow, AreaLayout layout, long originBytes) {
    this.cow = cow;
    this.layout = layout;
    this.originChunks = layout.chunkSize().chunksIn(originBytes);
    this.cowChunks = layout.chunkSize().chunkOf(cow.size());
  }

  /** Hands every record to {@code loader} and its position in the areas to {@code store}. */
  void into(PersistentStore store, ExceptionStore.Loader loader) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      long record = 0;
      while (true) {
        int records = readRecords(record, buffer);
        for (int i = 0; i < records; i++) {
          long oldChunk = buffer.getLongLe();
          long newChunk = buffer.getLongLe();
          if (newChunk == 0) {
            store.loaded(record + i, layout.skipMetadata(nextFree));
            return;
          }
          check(record + i, oldChunk, newChunk);
          nextFree = Math.max(nextFree, newChunk + 1);
          loader.accept(oldChunk, newChunk);
        }
        record += records;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Reads as many records from {@code record} on as fit the buffer and lie in one area. */
  private int readRecords(long record, NativeBuffer buffer) throws IOException {
    long area = layout.areaOf(record);
    if (layout.areaChunk(area) >= cowChunks) {
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

  private void check(long record, long oldChunk, long newChunk) throws ErrnoException {
    if (newChunk < 0 || newChunk >= cowChunks) {
      throw bad(record, oldChunk, newChunk, "lies beyond the COW device of " + cowChunks);
    }
    if (layout.isMetadata(newChunk)) {
      throw bad(record, oldChunk, newChunk, "is metadata, on a COW device of " + cowChunks);
    }
    if (oldChunk < 0 || oldChunk >= originChunks) {
      throw bad(record, oldChunk, newChunk, "is for a chunk beyond the origin of " + originChunks);
    }
  }

  private ErrnoException bad(long record, long oldChunk, long newChunk, String why) {
    long area = layout.areaOf(record);
    return new ErrnoException(
        Errno.EINVAL,
        "record "
            + (record - area * layout.recordsPerArea())
            + " of metadata area "
            + area
            + " (origin chunk "
            + Long.toUnsignedString(oldChunk)
            + " at COW chunk "
            + Long.toUnsignedString(newChunk)
            + ") "
            + why
            + " chunks");
  }
}
