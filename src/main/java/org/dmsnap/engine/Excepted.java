package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Where any of some snapshots has an exception, piece by piece from the start to the end: what one
 * of them would hand down, or another inherits from them.
 *
 * @param snapshots any number, over one image
 */
record Excepted(List<Snapshot> snapshots) {

  /** So much is in a piece at most: it is copied inside the gate. */
  private static final int PIECE = 1 << 20;

  /** What is done with a piece. */
  @FunctionalInterface
  interface Step {
    /** Takes {@code length} bytes from {@code position}. */
    void take(long position, int length) throws IOException;
  }

  /** Hands each piece to {@code step}, as long as {@code stopping} does not say so. */
  void each(BooleanSupplier stopping, Step step) throws IOException {
    long end = snapshots.isEmpty() ? 0 : snapshots.get(0).size();
    for (long at = from(0, end); at < end && !stopping.getAsBoolean(); ) {
      long to = Math.min(until(at, end), at + PIECE);
      step.take(at, (int) (to - at));
      at = from(to, end);
    }
  }

  /** Adds to {@code needs} what it would take to copy all of it. */
  void addTo(Needs needs) throws IOException {
    each(() -> false, (position, length) -> needs.add(new NonZero(position, length)));
  }

  /** The first position from {@code position} on that any has an exception for. */
  private long from(long position, long end) {
    long first = end;
    for (Snapshot snapshot : snapshots) {
      first = snapshot.exceptions().exceptedFrom(position, first);
    }
    return first;
  }

  /** How far the exceptions of those reach that have one at {@code position}. */
  private long until(long position, long end) {
    long last = position;
    for (Snapshot snapshot : snapshots) {
      last = Math.max(last, snapshot.exceptions().unexceptedFrom(position, end));
    }
    return last;
  }
}
