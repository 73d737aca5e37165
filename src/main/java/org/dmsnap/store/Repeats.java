package org.dmsnap.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Finds chunks that come up twice among any number of records, in 16 MiB: the records are read
 * again and again, and each pass looks at the chunks that fall to it.
 *
 * <p>Which those are depends on a random number, so that nobody can make a device whose chunks all
 * fall to one pass.
 */
final class Repeats {

  private static final int SLOTS = 1 << 21;
  private static final int MOST_IN_PASS = SLOTS / 4 * 3;

  private final long[] slots; // chunk + 1; 0 is free
  private final long salt = RandomGenerator.getDefault().nextLong();
  private final long passes;

  /** For {@code records} records. */
  Repeats(long records) {
    passes = passes(records);
    int most = (int) Math.min(records, MOST_IN_PASS);
    slots = new long[Math.min(SLOTS, Integer.highestOneBit(most + 1) * 4)];
  }

  /** How often {@code records} records are read. */
  static long passes(long records) {
    return 1 + records / MOST_IN_PASS;
  }

  /** Says which chunk of a record is meant. */
  @FunctionalInterface
  interface Side {
    /** One of the two. */
    long of(long oldChunk, long newChunk);
  }

  /** Hands each record whose chunk an earlier record has, too, to {@code visitor}. */
  void find(RecordScan scan, RecordRules rules, Side side, RecordScan.Visitor visitor)
      throws IOException {
    for (long pass = 0; pass < passes; pass++) {
      long mine = pass;
      Arrays.fill(slots, 0);
      scan.forEach(
          (record, oldChunk, newChunk) -> {
            long chunk = side.of(oldChunk, newChunk);
            long hash = mixed(chunk ^ salt);
            if (Long.remainderUnsigned(hash, passes) == mine
                && rules.allow(oldChunk, newChunk)
                && !add(chunk + 1, hash)) {
              visitor.accept(record, oldChunk, newChunk);
            }
          });
    }
  }

  /** Whether it was not there yet. */
  private boolean add(long value, long hash) {
    int mask = slots.length - 1;
    for (int i = (int) (hash >>> 32) & mask; ; i = (i + 1) & mask) {
      if (slots[i] == value) {
        return false;
      }
      if (slots[i] == 0) {
        slots[i] = value;
        return true;
      }
    }
  }

  /** The finalizer of MurmurHash3: every bit depends on every bit. */
  private static long mixed(long number) {
    long mixed = (number ^ number >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
