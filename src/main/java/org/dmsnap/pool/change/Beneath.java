package org.dmsnap.pool.change;

import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * New snapshots under the mount option {@code stack}: each goes beneath those that its origin has
 * already, however they were made, and what is overwritten from then on is copied out to it alone.
 */
final class Beneath {

  private Beneath() {}

  /** Refuses one that cannot go beneath others, in words. */
  static void check(PoolState state, SnapshotRequest request, LayeredVolume origin) {
    if (!state.options().stack() || origin.snapshots().isEmpty()) {
      return;
    }
    if (!request.type().persistent()) {
      throw new IllegalArgumentException(
          "with the mount option stack a snapshot goes beneath those that "
              + origin.name()
              + " has already, and what others read through is persistent (P or PO): "
              + request.name()
              + " would be transient (N)");
    }
    for (SnapshotVolume above : origin.snapshots()) {
      if (!above.persistent()) {
        throw new IllegalArgumentException(
            "with the mount option stack "
                + request.name()
                + " would go beneath "
                + above.name()
                + ", which is transient (N), and only persistent ones can read through others;"
                + " remove that first, or mount without stack");
      }
    }
    checkDepth(request.name(), origin);
  }

  private static void checkDepth(String name, LayeredVolume origin) {
    SnapshotVolume deepest = origin.snapshots().get(0);
    for (SnapshotVolume above : origin.tree()) {
      deepest = above.depth() > deepest.depth() ? above : deepest;
    }
    if (deepest.depth() >= PoolTable.MOST_DEPTH) {
      throw new IllegalArgumentException(
          deepest.name()
              + " reads through "
              + (PoolTable.MOST_DEPTH - 1)
              + " other snapshots already, and a stack has at most "
              + PoolTable.MOST_DEPTH
              + ": before "
              + name
              + " can go beneath them remove one; of "
              + deepest.name()
              + " nothing has to be copied");
    }
  }

  /** The table with a new snapshot in its place. */
  static PoolTable listed(PoolState state, PoolTable table, SnapshotVolume volume) {
    return state.options().stack()
        ? table.withBeneath(volume.name(), volume.entry())
        : table.withSnapshot(volume.name(), volume.entry());
  }

  /** Puts a new snapshot in its place; the gate is held. */
  static void attach(PoolState state, SnapshotVolume volume) {
    if (state.options().stack()) {
      volume.origin().insert(volume);
    } else {
      volume.origin().attach(volume);
    }
  }

  /** The table with a snapshot reset, in its new place. */
  static PoolTable reset(PoolState state, PoolTable table, SnapshotVolume volume) {
    SnapshotEntry entry = volume.entryIfReset();
    PoolTable listed =
        state.options().stack() && volume.persistent()
            ? table.withBeneath(volume.name(), entry)
            : table;
    return listed.withReset(volume.name(), entry);
  }

  /** Puts one that has been reset beneath the others; the gate is held. */
  static void renewed(PoolState state, SnapshotVolume volume) {
    if (state.options().stack() && volume.persistent()) {
      volume.takenOf().sink(volume);
    }
  }

  /** Whether a reset changes what a snapshot reads through, or what reads through it. */
  static boolean moves(PoolState state, SnapshotVolume volume) {
    return volume.origin() != volume.takenOf()
        || (state.options().stack() && volume.takenOf().snapshots().size() > 1);
  }

  /** Whether others read through a snapshot if it is listed. */
  static boolean others(PoolState state, SnapshotVolume volume) {
    return state.options().stack() && !volume.origin().snapshots().isEmpty();
  }

  /**
   * A power cut may show one that was not taken, and others read through it: so it is copied out to
   * as they are, for nobody to see, until it can be removed.
   */
  static void keep(PoolState state, SnapshotVolume volume) {
    volume.opens().retireNow();
    volume.cutForRemoval();
    volume.origin().attach(volume);
    state.volumes().publish();
    state
        .log()
        .error(
            volume.name()
                + " was not taken, and that cannot be written to the disk; it is removed once it"
                + " can");
    new StackWork(state).resume();
  }
}
