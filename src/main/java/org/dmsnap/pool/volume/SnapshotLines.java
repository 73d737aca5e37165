package org.dmsnap.pool.volume;

import org.dmsnap.engine.Snapshot;

/** The lines of a snapshot, beneath which, once it is an origin itself, it stays a snapshot. */
final class SnapshotLines extends Lines {

  private final SnapshotVolume volume;

  /** Those of {@code volume}. */
  SnapshotLines(SnapshotVolume volume) {
    super(volume);
    this.volume = volume;
  }

  @Override
  String status() {
    RunningMerge running = volume.merge();
    if (running != null) {
      return extent() + "snapshot-merge " + running.target().status();
    }
    return volume.snapshots().isEmpty() ? realStatus() : extent() + "snapshot-origin ";
  }

  @Override
  String realTable() {
    return volume.entry().line(volume.name());
  }

  @Override
  String realStatus() {
    return extent() + "snapshot " + parameters();
  }

  @Override
  long realChangedNanos() {
    return volume.changedNanos();
  }

  /** The kernel's words for how it is: Invalid, Overflow, or how full. */
  String parameters() {
    Snapshot loaded = volume.snapshot();
    boolean served = volume.removed() || volume.served().orNull() != null;
    return loaded == null || !served ? "Invalid" : loaded.status();
  }
}
