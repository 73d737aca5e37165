package org.dmsnap.engine;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.dmsnap.store.MergeRun;

/**
 * The chunks that are being merged at this moment; a write to one of them waits until they are
 * done.
 *
 * <p>A write looks here with its region's lock held, shared, and keeps it until it has written. The
 * merge publishes the batch, then takes each lock once, exclusively: from there on no write to the
 * batch is under way.
 */
final class MergeBatch {

  // runs by their place on the origin; never changed after the constructor
  private final long[] firsts;
  private final long[] ends; // how far those up to here reach
  private boolean done; // guarded by this

  MergeBatch(List<MergeRun> runs) {
    List<MergeRun> sorted =
        runs.stream().sorted(Comparator.comparingLong(MergeRun::oldFirst)).toList();
    firsts = sorted.stream().mapToLong(MergeRun::oldFirst).toArray();
    ends = sorted.stream().mapToLong(MergeRun::oldEnd).toArray();
    Arrays.parallelPrefix(ends, Math::max);
  }

  boolean contains(long chunk) {
    int found = Arrays.binarySearch(firsts, chunk);
    return found >= 0 || (found < -1 && chunk < ends[-found - 2]);
  }

  /** Whether a chunk is in it twice, as a damaged COW device may have it: the older counts. */
  boolean overlaps() {
    for (int i = 1; i < firsts.length; i++) {
      if (firsts[i] < ends[i - 1]) {
        return true;
      }
    }
    return false;
  }

  /** Lets those go on that wait. */
  synchronized void finish() {
    done = true;
    notifyAll();
  }

  /** Waits until the batch is merged, or has failed. */
  synchronized void await() throws InterruptedException {
    while (!done) {
      wait();
    }
  }
}
