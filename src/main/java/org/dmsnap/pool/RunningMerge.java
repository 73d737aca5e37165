package org.dmsnap.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.store.Usage;

/**
 * A merge from the moment that its origin reads as merged.
 *
 * @param volume the snapshot that merges; nobody can open it any more
 * @param target serves the origin meanwhile
 * @param hiddenCow the device of the COW file, under the origin's name
 * @param running whether it has been started
 */
record RunningMerge(
    SnapshotVolume volume, SnapshotMerge target, CowDevice hiddenCow, AtomicBoolean running) {

  /** A merge that is not started yet. */
  RunningMerge(SnapshotVolume volume, SnapshotMerge target, CowDevice hiddenCow) {
    this(volume, target, hiddenCow, new AtomicBoolean());
  }

  /** Whether it has been started. */
  boolean started() {
    return running.get();
  }

  /** Lets it move data. */
  void start() {
    running.set(true);
    target.start();
  }

  /** Waits for the data in flight and lets it move no more. */
  void stop() {
    if (started()) {
      target.stop();
    }
  }

  /** The numbers of the COW device, which fall as the merge goes on. */
  Usage usage() {
    return target.snapshot().store().usage();
  }
}
