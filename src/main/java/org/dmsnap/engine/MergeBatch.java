package org.dmsnap.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dmsnap.store.MergeRun;

/**
 * The chunks that are being merged at this moment; a write to one of them waits until they are
 * done.
 *
 * <p>A write looks here with its region's lock held, shared, and keeps it until it has written. The
 * merge publishes the batch, then takes each region's lock once, exclusively: from there on no
 * write to the batch is under way.
 */
final class MergeBatch {

  private final Set<Long> chunks = new HashSet<>(); // never changed after the constructor
  private boolean done; // guarded by this

  MergeBatch(List<MergeRun> runs) {
    for (MergeRun merge : runs) {
      for (long i = 0; i < merge.run().count(); i++) {
        chunks.add(merge.oldFirst() + i);
      }
    }
  }

  boolean contains(long chunk) {
    return chunks.contains(chunk);
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
