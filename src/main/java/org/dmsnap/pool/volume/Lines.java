package org.dmsnap.pool.volume;

import org.dmsnap.pool.table.PoolTable;

/**
 * The lines that a volume and the device beneath it show, as {@code dmsetup} prints them, without
 * newline; any thread.
 */
abstract sealed class Lines permits OriginLines, SnapshotLines {

  private final LayeredVolume volume;

  /** Those of {@code volume}. */
  Lines(LayeredVolume volume) {
    this.volume = volume;
  }

  /** Its table line: what merges into it decides, then whether it has snapshots. */
  final String table() {
    RunningMerge running = volume.merge();
    if (running != null) {
      return running.table();
    }
    return volume.snapshots().isEmpty()
        ? realTable()
        : PoolTable.snapshotOrigin(volume.name(), volume.sectors());
  }

  /** Its status line. */
  abstract String status();

  /** The table line of {@link LayeredVolume#real}. */
  abstract String realTable();

  /** The status line of {@link LayeredVolume#real}. */
  abstract String realStatus();

  /** When what {@link LayeredVolume#real} reads as was last changed: see {@link Device}. */
  abstract long realChangedNanos();

  /** The start and the length that every line begins with. */
  final String extent() {
    return "0 " + volume.sectors() + " ";
  }
}
