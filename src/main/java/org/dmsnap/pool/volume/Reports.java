package org.dmsnap.pool.volume;

import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.store.Usage;
import org.jspecify.annotations.Nullable;

/** Tells how volumes are at this moment. */
public final class Reports {

  private Reports() {}

  /** The state of {@code volume}. */
  public static VolumeReport of(Volume volume) {
    if (volume instanceof OriginVolume origin) {
      return of(origin);
    }
    return of((SnapshotVolume) volume);
  }

  private static VolumeReport of(OriginVolume origin) {
    RunningMerge merge = origin.merge();
    return new VolumeReport(
        origin.name(),
        null,
        origin.size(),
        0,
        origin.opens().any(),
        origin.taken(),
        false,
        false,
        origin.mergingSnapshot() != null,
        failed(merge),
        false,
        origin.suspended(),
        !origin.writable(),
        merge == null || failed(merge) ? null : merge.usage().percent(),
        null,
        0,
        origin.naming().identity());
  }

  private static VolumeReport of(SnapshotVolume volume) {
    LayeredVolume origin = volume.takenOf();
    RunningMerge merge = origin.merge();
    boolean ours = merge != null && merge.volume() == volume;
    Snapshot snapshot = volume.snapshot();
    Usage usage = snapshot == null ? null : snapshot.store().usage();
    return new VolumeReport(
        volume.name(),
        origin.name(),
        volume.size(),
        Sectors.toBytes(volume.entry().cowSectors()),
        volume.opens().any(),
        volume.taken(),
        !volume.valid(),
        volume.overflowed(),
        origin.mergingSnapshot() == volume,
        ours && failed(merge),
        volume.removed(),
        volume.bottom().suspended(),
        !volume.writable(),
        ours && failed(merge) ? null : percent(volume, usage),
        usage,
        volume.chunkSectors(),
        volume.naming().identity());
  }

  private static boolean failed(@Nullable RunningMerge merge) {
    return merge != null && merge.target().failed();
  }

  private static double percent(SnapshotVolume volume, @Nullable Usage usage) {
    boolean readable = volume.valid() && !volume.overflowed();
    return usage != null && readable ? usage.percent() : 100.0;
  }
}
