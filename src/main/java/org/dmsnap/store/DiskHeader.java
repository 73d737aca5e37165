package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;

/**
 * The first 16 bytes of a COW device, as found, whatever they are; little-endian. Offset, size,
 * field:
 *
 * <pre>
 *       0     4  magic       0x70416e53, "SnAp"
 *       4     4  valid       not 0 while the snapshot can be used; written as 1
 *       8     4  version     1
 *      12     4  chunk size  in 512-byte sectors
 * </pre>
 *
 * <p>Source: {@code struct disk_header} in the kernel's {@code dm-snap-persistent.c}. All four are
 * unsigned numbers of 32 bits.
 *
 * @param magic what says that it is one
 * @param valid whether the snapshot can be used
 * @param version of the format
 * @param chunkSectors sectors in a chunk
 */
public record DiskHeader(long magic, long valid, long version, long chunkSectors) {

  /** Bytes of a header. */
  public static final int BYTES = 16;

  private static final long MAGIC = 0x70416e53;
  private static final long VERSION = 1;
  private static final long LOW = 0xffff_ffffL;

  /** The header of a store that dmsnap writes. */
  static DiskHeader of(boolean valid, ChunkSize chunkSize) {
    return new DiskHeader(MAGIC, valid ? 1 : 0, VERSION, chunkSize.sectors());
  }

  /** Reads the beginning of {@code cow}; EIO if that is too small for one. */
  public static DiskHeader of(BlockDevice cow) throws IOException {
    if (cow.size() < BYTES) {
      throw new ErrnoException(
          Errno.EIO, "the COW device of " + cow.size() + " bytes is smaller than a header");
    }
    NativeBuffer buffer = BufferPool.borrow();
    try {
      cow.read(0, buffer, BYTES);
      buffer.seek(0);
      long first = buffer.getLongLe();
      long second = buffer.getLongLe();
      return new DiskHeader(first & LOW, first >>> 32, second & LOW, second >>> 32);
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Writes the header to the beginning of {@code cow}, durably. */
  void writeTo(BlockDevice cow) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      buffer.putLongLe(magic | valid << 32);
      buffer.putLongLe(version | chunkSectors << 32);
      cow.write(0, buffer.seek(0), BYTES);
      cow.sync();
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Whether the kernel would initialise the device: the first four bytes are zero. */
  public boolean isBlank() {
    return magic == 0;
  }

  /** The magic number as its letters if it is the right one, else as a number. */
  public String magicText() {
    return magic == MAGIC ? "SnAp" : "0x" + Long.toHexString(magic);
  }

  /** Whether the store says of itself that it can be used. */
  public boolean isValid() {
    return valid != 0;
  }

  /**
   * The size of a chunk, of a header that is not {@link #isBlank}.
   *
   * @throws ErrnoException ENXIO if this is no header, EINVAL if its version or its chunk size is
   *     not one that there is
   */
  public ChunkSize chunkSize() throws ErrnoException {
    if (magic != MAGIC) {
      throw new ErrnoException(
          Errno.ENXIO,
          "persistent snapshot: Invalid or corrupt snapshot: the COW device begins with "
              + magicText()
              + " rather than \"SnAp\"");
    }
    if (version != VERSION) {
      throw new ErrnoException(Errno.EINVAL, "unable to handle snapshot disk version " + version);
    }
    return PersistentStoreType.chunkSize(
        (int) Math.min(chunkSectors, Integer.MAX_VALUE),
        "invalid on-disk chunk size " + chunkSectors);
  }
}
