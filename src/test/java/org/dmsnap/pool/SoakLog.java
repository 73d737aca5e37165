package org.dmsnap.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one thread has written to its own sectors of one volume, in order: the thread has at most
 * one write under way. For many threads.
 */
final class SoakLog {

  private static final int LONGEST = 200;

  /** A stamp for {@code count} of its sectors from its {@code first}. */
  private record Write(int first, int count, long stamp) {

    void to(long[] sectors) {
      Arrays.fill(sectors, first, first + count, stamp);
    }
  }

  private final long[] base; // what the sectors held before the writes below
  private final List<Write> writes = new ArrayList<>();
  private long forgotten; // writes that base has
  private boolean writing;
  private boolean pinned;

  /** Of sectors that hold {@code base} now. */
  SoakLog(long[] base) {
    this.base = base.clone();
  }

  /** A write is about to begin. */
  synchronized void begin(int first, int count, long stamp) {
    if (!pinned && writes.size() > LONGEST) {
      writes.forEach(write -> write.to(base));
      forgotten += writes.size();
      writes.clear();
    }
    writes.add(new Write(first, count, stamp));
    writing = true;
  }

  /** It has ended. */
  synchronized void end() {
    writing = false;
  }

  /** What the sectors hold; none is being written. */
  synchronized long[] now() {
    if (writing) {
      throw new IllegalStateException("a write is under way");
    }
    return after(started());
  }

  /** How many writes have ended; all are kept from now on, until {@link #between}. */
  synchronized long pin() {
    pinned = true;
    return started() - (writing ? 1 : 0);
  }

  /** How many have begun. */
  synchronized long started() {
    return forgotten + writes.size();
  }

  /**
   * Whether {@code seen} is what the sectors held at one moment, after at least {@code least} and
   * at most {@code most} writes.
   */
  synchronized boolean between(long least, long most, long[] seen) {
    pinned = false;
    for (long count = least; count <= most; count++) {
      if (Arrays.equals(after(count), seen)) {
        return true;
      }
    }
    return false;
  }

  private long[] after(long count) {
    long[] sectors = base.clone();
    writes.subList(0, (int) (count - forgotten)).forEach(write -> write.to(sectors));
    return sectors;
  }
}
