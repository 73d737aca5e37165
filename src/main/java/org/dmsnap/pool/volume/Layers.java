package org.dmsnap.pool.volume;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lies over an origin's image: replaced as a whole, so that whoever looks without the gate
 * never sees a snapshot that has left and a merge that has not come.
 *
 * @param snapshots oldest first, without one that merges by now
 * @param due the snapshot that is to merge once both are closed
 * @param merge the merge, failed ones included
 */
record Layers(
    List<SnapshotVolume> snapshots, @Nullable SnapshotVolume due, @Nullable RunningMerge merge) {

  /** With a snapshot that is the youngest. */
  Layers with(SnapshotVolume volume) {
    return new Layers(Stream.concat(snapshots.stream(), Stream.of(volume)).toList(), due, merge);
  }

  /** Without that snapshot. */
  Layers without(SnapshotVolume volume) {
    return new Layers(snapshots.stream().filter(s -> s != volume).toList(), due, merge);
  }

  /** Whether the image is beneath nothing. */
  boolean none() {
    return snapshots.isEmpty() && merge == null;
  }

  /** The snapshot that merges or is due to, or null. */
  @Nullable SnapshotVolume mergingSnapshot() {
    return merge == null ? due : merge.volume();
  }
}
