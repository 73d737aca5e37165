package org.dmsnap.block;

/** The unit of the device mapper: 512 bytes, whatever the device's own block size is. */
public final class Sectors {

  /** Bytes in a sector. */
  public static final int BYTES = 512;

  private static final int SHIFT = 9;

  private Sectors() {}

  /** How many whole sectors fit into {@code bytes}. */
  public static long in(long bytes) {
    return bytes >> SHIFT;
  }

  /** The bytes of {@code sectors}. */
  public static long toBytes(long sectors) {
    return sectors << SHIFT;
  }

  /** Whether {@code bytes} is a whole number of sectors. */
  public static boolean whole(long bytes) {
    return (bytes & (BYTES - 1)) == 0;
  }
}
