package org.dmsnap.engine;

import java.util.concurrent.locks.StampedLock;
import org.dmsnap.store.ChunkSize;

/**
 * One read-write lock per stripe of an origin's regions.
 *
 * <p>A region is the largest chunk of any snapshot, and at least 128 KiB, so no chunk crosses one.
 * Whoever adds an exception to any snapshot holds the region's lock exclusively, from looking
 * whether there is one until it has been added. Whoever reads the origin's image on behalf of a
 * snapshot holds it shared from the look-up to the end of the read, or validates a stamp afterwards
 * and reads again: the image's chunk changes only after the exception was added, so what was read
 * is what the snapshot saw.
 *
 * <p>Not reentrant. A request holds one lock at a time, and waits for nothing but its own I/O while
 * it does; so no two threads can deadlock.
 */
final class ChunkLocks {

  private static final int STRIPES = 1024;
  private static final int MIN_REGION_SHIFT = 17;

  private final StampedLock[] stripes = new StampedLock[STRIPES];
  private final int regionShift;

  /**
   * @param largest the largest chunk size among the snapshots
   */
  ChunkLocks(ChunkSize largest) {
    regionShift = Math.max(MIN_REGION_SHIFT, largest.shift());
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new StampedLock();
    }
  }

  /** The lock of the region that the byte at {@code position} lies in. */
  StampedLock of(long position) {
    return stripes[(int) (position >> regionShift) & (STRIPES - 1)];
  }

  /** Passes through every lock once: whoever held one has let it go. */
  void drain() {
    for (StampedLock stripe : stripes) {
      stripe.unlockWrite(stripe.writeLock());
    }
  }

  /** How many of {@code length} bytes from {@code position} lie in the region of the first. */
  int lengthWithin(long position, long length) {
    long region = 1L << regionShift;
    return (int) Math.min(length, region - (position & (region - 1)));
  }
}
