package org.dmsnap.pool.volume;

import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.store.Usage;

/**
 * A merge from the moment that its origin reads as merged.
 *
 * @param volume the snapshot that merges; nobody can open it any more
 * @param target serves the origin meanwhile
 * @param hiddenCow the device of the COW file, under the name of the origin if that is one
 * @param end takes the snapshot away if it is merged by now; under the command lock
 * @param running whether it has been started
 */
public record RunningMerge(
    SnapshotVolume volume,
    SnapshotMerge target,
    CowDevice hiddenCow,
    Runnable end,
    AtomicBoolean running) {

  /** A merge that is not started yet. */
  public RunningMerge(
      SnapshotVolume volume, SnapshotMerge target, CowDevice hiddenCow, Runnable end) {
    this(volume, target, hiddenCow, end, new AtomicBoolean());
  }

  /** The table line of the volume that it merges into. */
  String table() {
    return volume.entry().mergeLine(CowDevice.nameOver(volume.origin(), volume));
  }

  /** Whether it has been started. */
  public boolean started() {
    return running.get();
  }

  /** What is to be said to who would have it otherwise. */
  public String way() {
    return target.failed()
        ? ", and the merge has failed: the rest of what it reads is in the snapshot alone. Once"
            + " the cause is gone (ctl/log has it), mount the pool again, and the merge goes on"
        : ", which cannot be undone";
  }

  /** Lets it move data. */
  public void start() {
    running.set(true);
    target.start();
  }

  /** Waits for the data in flight and lets it move no more. */
  public void stop() {
    if (started()) {
      target.stop();
    }
  }

  /** The numbers of the COW device, which fall as the merge goes on. */
  Usage usage() {
    return target.snapshot().store().usage();
  }
}
