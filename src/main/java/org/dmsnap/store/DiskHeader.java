package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;

/**
 * The first 16 bytes of a COW device; little-endian. Offset, size, field:
 *
 * <pre>
 *       0     4  magic       0x70416e53, "SnAp"
 *       4     4  valid       not 0 while the snapshot can be used; written as 1
 *       8     4  version     1
 *      12     4  chunk size  in 512-byte sectors
 * </pre>
 *
 * <p>Source: {@code struct disk_header} in the kernel's {@code dm-snap-persistent.c}.
 *
 * @param valid whether the snapshot can be used
 * @param chunkSectors as found, not checked
 */
record DiskHeader(boolean valid, int chunkSectors) {

  static final int BYTES = 16;

  private static final int MAGIC = 0x70416e53;
  private static final int VERSION = 1;
  private static final long LOW = 0xffff_ffffL;

  /** Appends the header to {@code buffer}. */
  void write(NativeBuffer buffer) {
    buffer.putLongLe(MAGIC | (valid ? 1L << 32 : 0));
    buffer.putLongLe(VERSION | (long) chunkSectors << 32);
  }

  /** Writes the header to the beginning of {@code cow}, durably. */
  void writeTo(BlockDevice cow) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      write(buffer);
      cow.write(0, buffer.seek(0), BYTES);
      cow.sync();
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Whether the next 16 bytes say that the store is fresh: their first four are zero. */
  static boolean isFresh(NativeBuffer buffer) {
    long first = buffer.getLongLe();
    buffer.advance(-Long.BYTES);
    return (first & LOW) == 0;
  }

  /**
   * Reads the next 16 bytes.
   *
   * @throws ErrnoException ENXIO if they are no header, EINVAL if the version is not 1
   */
  static DiskHeader read(NativeBuffer buffer) throws ErrnoException {
    long first = buffer.getLongLe();
    long second = buffer.getLongLe();
    if ((first & LOW) != MAGIC) {
      throw new ErrnoException(
          Errno.ENXIO,
          "persistent snapshot: Invalid or corrupt snapshot: the COW device begins with 0x"
              + Long.toHexString(first & LOW)
              + " rather than \"SnAp\"");
    }
    if ((second & LOW) != VERSION) {
      throw new ErrnoException(
          Errno.EINVAL, "unable to handle snapshot disk version " + (second & LOW));
    }
    return new DiskHeader(first >>> 32 != 0, (int) (second >>> 32));
  }
}
