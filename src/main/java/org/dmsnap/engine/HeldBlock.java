package org.dmsnap.engine;

import org.dmsnap.block.Sectors;

/**
 * Up to 4 KiB of new data that waits in memory: which sectors of a block of the image it has.
 *
 * <p>Guarded by the {@link WriteCache}'s lock of the region that it lies in.
 */
final class HeldBlock {

  static final int SHIFT = 12;
  static final int BYTES = 1 << SHIFT;

  private static final int SECTORS = BYTES / Sectors.BYTES;

  private final long position;
  private final long place;
  private final long address;
  private int sectors; // a bitmap of those that are held

  /**
   * Holds nothing yet.
   *
   * @param position where the block begins on the image
   * @param place where it is in the {@link BlockMemory}
   * @param address the native address of that
   */
  HeldBlock(long position, long place, long address) {
    this.position = position;
    this.place = place;
    this.address = address;
  }

  /** Which block of the image has the byte at {@code position}. */
  static long numberAt(long position) {
    return position >> SHIFT;
  }

  /** Where the block that has the byte at {@code position} ends. */
  static long endAt(long position) {
    return (position & -BYTES) + BYTES;
  }

  long position() {
    return position;
  }

  /** Where it is in the {@link BlockMemory}. */
  long place() {
    return place;
  }

  long address() {
    return address;
  }

  /** The sectors held, a bit each. */
  int sectors() {
    return sectors;
  }

  /** Holds these sectors, which a predecessor left. */
  void inherit(int left) {
    sectors = left;
  }

  /** Holds the sectors from {@code first} up to {@code end}, whose data is in place. */
  void add(int first, int end) {
    sectors |= mask(first, end);
  }

  /** Holds these sectors no longer; whether others are left. */
  boolean forget(int written) {
    sectors &= ~written;
    return sectors != 0;
  }

  /** Whether {@code sector} is held. */
  boolean has(int sector) {
    return (sectors >> sector & 1) != 0;
  }

  /** The first sector of {@code bitmap} from {@code from} on, or one past the last there can be. */
  static int nextRun(int bitmap, int from) {
    return Math.min(SECTORS, from + Integer.numberOfTrailingZeros(bitmap >>> from));
  }

  /** Where the run of sectors of {@code bitmap} that begins with {@code first} ends. */
  static int runEnd(int bitmap, int first) {
    return first + Integer.numberOfTrailingZeros(~(bitmap >>> first));
  }

  /** A bitmap of the sectors from {@code first} up to {@code end}. */
  static int mask(int first, int end) {
    return (1 << end) - (1 << first);
  }
}
