package org.dmsnap.pool.change;

/** Sizes of COW devices, in 512-byte sectors, as LVM reckons them but without its extents. */
public final class CowSize {

  /** Header, one metadata area, one chunk of data. */
  static final int MIN_CHUNKS = 3;

  private static final int EXCEPTIONS_IN_A_SECTOR = 32;

  private CowSize() {}

  /** Beyond this many sectors a COW device holds nothing: every chunk of the origin is excepted. */
  public static long useful(long originSectors, int chunkSectors) {
    long chunks = (originSectors + chunkSectors - 1) / chunkSectors;
    long inAnArea = (long) EXCEPTIONS_IN_A_SECTOR * chunkSectors;
    long metadata = (chunks + inAnArea) / inAnArea;
    return (1 + chunks + metadata) * chunkSectors;
  }

  /**
   * What a COW device of {@code sectors} grows to when {@code needed} of them are in use, in whole
   * chunks: by {@code percent} of its size, or by what brings it below {@code threshold} percent.
   */
  static long extended(long sectors, long needed, int threshold, int percent, int chunkSectors) {
    double wanted = Math.ceil(100.0 * needed / sectors / threshold * 100) - 100;
    double grown = sectors + Math.ceil(sectors * Math.max(percent, wanted) / 100);
    long chunks = (long) Math.ceil(grown / chunkSectors);
    return chunks * chunkSectors;
  }
}
