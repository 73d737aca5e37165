package org.dmsnap.pool.change;

import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;

/** What stands in the way of several changes, in the words that each is refused with. */
final class Refusals {

  private Refusals() {}

  /** Refuses what cannot be done while a snapshot merges into {@code origin} or is due to. */
  static void whileMerging(LayeredVolume origin, String why) throws ErrnoException {
    SnapshotVolume merging = origin.mergingSnapshot();
    if (merging != null) {
      throw new ErrnoException(
          Errno.EBUSY,
          why + ": " + merging.name() + " merges into " + origin.name() + " or is due to");
    }
  }

  /** Refuses what cannot be done with a snapshot that is due to merge into its origin. */
  static void whileMergingItself(SnapshotVolume snapshot, String why) throws ErrnoException {
    LayeredVolume origin = snapshot.takenOf();
    if (origin.mergingSnapshot() == snapshot) {
      throw new ErrnoException(
          Errno.EBUSY, snapshot.name() + " is due to merge into " + origin.name() + ": " + why);
    }
  }

  /** Refuses, with LVM's word for it, what cannot be done while {@code volume} has snapshots. */
  static void withSnapshots(LayeredVolume volume, String what) throws ErrnoException {
    String cannot = volume.name() + " cannot be " + what;
    whileMerging(volume, cannot);
    if (!volume.snapshots().isEmpty()) {
      List<String> names = volume.snapshots().stream().map(Volume::name).toList();
      throw new ErrnoException(
          Errno.EBUSY,
          cannot + " while it has snapshots: " + String.join(", ", names) + "; remove those first");
    }
  }

  /** Refuses what hands down, where that cannot be done. */
  static void ofUnloadable(LayeredVolume volume, String why) throws ErrnoException {
    for (SnapshotVolume above : volume.snapshots()) {
      if (above.unloadable()) {
        throw new ErrnoException(
            Errno.EBUSY,
            why
                + ": nothing can be handed down to "
                + above.name()
                + ", which could not be loaded; repair or remove it first");
      }
    }
  }

  /** Refuses what cannot be done with a snapshot of one that is gone for its users. */
  static void ofRemoved(LayeredVolume origin, String why) throws ErrnoException {
    if (origin instanceof SnapshotVolume snapshot && snapshot.removed()) {
      throw new ErrnoException(
          Errno.EBUSY,
          why + " before what it reads in " + origin.name() + " is its own; wait for that");
    }
  }

  /** Refuses a merge of a snapshot that cannot be read. */
  static void ofInvalid(SnapshotVolume snapshot) throws ErrnoException {
    if (!snapshot.valid()) {
      throw new ErrnoException(
          Errno.EIO,
          "Unable to merge invalidated snapshot "
              + snapshot.name()
              + (snapshot.unloadable()
                  ? ": it could not be loaded; bring its COW file back and mount again"
                  : "; remove it, or reset it"));
    }
  }
}
