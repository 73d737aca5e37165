package org.dmsnap.store;

import org.dmsnap.block.Sectors;

/**
 * The unit of copying and remapping of one snapshot.
 *
 * @param sectors 512-byte sectors in a chunk: a power of two from 1 to 2097152 (1 GiB)
 */
public record ChunkSize(int sectors) {

  /** The largest power of two that the kernel's {@code INT_MAX >> SECTOR_SHIFT} lets through. */
  public static final int MAX_SECTORS = 1 << 21;

  public ChunkSize {
    if (sectors < 1) {
      throw new IllegalArgumentException("Invalid chunk size: " + sectors + " sectors");
    }
    if (Integer.bitCount(sectors) != 1) {
      throw new IllegalArgumentException("Chunk size is not a power of 2: " + sectors + " sectors");
    }
    if (sectors > MAX_SECTORS) {
      throw new IllegalArgumentException("Chunk size is too high: " + sectors + " sectors");
    }
  }

  /** Bytes in a chunk. */
  public int bytes() {
    return sectors * Sectors.BYTES;
  }

  /** Log2 of {@link #bytes()}. */
  public int shift() {
    return Integer.numberOfTrailingZeros(bytes());
  }

  /** The chunk that the byte at {@code position} lies in. */
  public long chunkOf(long position) {
    return position >> shift();
  }

  /** Where {@code chunk} starts, in bytes. */
  public long positionOf(long chunk) {
    return chunk << shift();
  }

  /** Where in its chunk the byte at {@code position} lies. */
  public int offsetIn(long position) {
    return (int) (position & (bytes() - 1));
  }

  /** How many of {@code length} bytes from {@code position} lie in the chunk of the first. */
  public int lengthWithin(long position, long length) {
    return (int) Math.min(length, bytes() - offsetIn(position));
  }

  /** How many chunks it takes to hold {@code bytes}; the last one may be partial. */
  public long chunksIn(long bytes) {
    return chunkOf(bytes) + (offsetIn(bytes) == 0 ? 0 : 1);
  }
}
