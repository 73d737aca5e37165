package org.dmsnap.engine;

import java.util.concurrent.locks.StampedLock;

/** The regions that a {@link WriteCache} cuts an image into, and their locks; in bytes. */
final class Regions {

  private static final int SHIFT = 17;

  /** Bytes in a region; memory for less would hold nothing. */
  static final long BYTES = 1L << SHIFT;

  private static final int STRIPES = 256;

  private final StampedLock[] locks = new StampedLock[STRIPES];

  Regions() {
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new StampedLock();
    }
  }

  /** The lock of the region that has {@code position}; some regions share one. */
  StampedLock lock(long position) {
    return locks[(int) (position >> SHIFT) & (STRIPES - 1)];
  }

  /** How much of {@code length} bytes lies in the region of {@code position}. */
  static int within(long position, int length) {
    return (int) Math.min(length, BYTES - (position & (BYTES - 1)));
  }

  /** Behind the last of ascending positions that is in the region of the one at {@code from}. */
  static int end(long[] positions, int from) {
    int to = from + 1;
    while (to < positions.length && positions[to] >> SHIFT == positions[from] >> SHIFT) {
      to++;
    }
    return to;
  }
}
