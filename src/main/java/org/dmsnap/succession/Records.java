package org.dmsnap.succession;

import java.util.Arrays;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;

/**
 * A table of records of one size. Which of them are free is known to this process alone; how many
 * were ever used is known to a successor, which looks at those. The last that was given back is
 * taken first, so no more memory is ever touched than was used at one time.
 *
 * <p>Any number of threads.
 */
final class Records {

  /** There is no record. */
  static final int NONE = -1;

  private final SharedMemory memory;
  private final long usedAt;
  private final long start;
  private final int bytes;
  private final int most;
  private int used; // guarded by this
  private int[] free = {}; // guarded by this: a stack
  private int freeCount; // guarded by this

  /**
   * @param usedAt where it stands how many were ever used
   */
  Records(SharedMemory memory, long usedAt, long start, int bytes, int most) throws ErrnoException {
    this.memory = memory;
    this.usedAt = usedAt;
    this.start = start;
    this.bytes = bytes;
    this.most = most;
    long found = memory.get(usedAt);
    if (found < 0 || found > most) {
      throw Layout.unreadable(found + " records where there is room for " + most);
    }
    this.used = (int) found;
  }

  /** How many were ever used: the first ones. */
  synchronized int used() {
    return used;
  }

  /** Where a record is. */
  long at(int record) {
    return start + (long) record * bytes;
  }

  /** One that is free, or {@link #NONE}. */
  synchronized int take() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    if (used == most) {
      return NONE;
    }
    memory.publish(usedAt, used + 1);
    return used++;
  }

  /** It is free; a successor sees that by what it holds. */
  synchronized void giveBack(int record) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, Math.max(64, 2 * freeCount));
    }
    free[freeCount++] = record;
  }
}
