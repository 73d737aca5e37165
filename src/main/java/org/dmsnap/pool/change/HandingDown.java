package org.dmsnap.pool.change;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.HandDown;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * Lets a snapshot go that others read through: first for its users; {@link StackWork} does the
 * rest.
 */
final class HandingDown {

  private final PoolState state;

  /** In {@code state}'s pool. */
  HandingDown(PoolState state) {
    this.state = state;
  }

  /** Whether others read through what is loaded of a snapshot. */
  static boolean needed(SnapshotVolume volume) {
    return volume.snapshot() != null && !volume.snapshots().isEmpty();
  }

  /** Begins, under the command lock; nobody has {@code volume} open, or can open it any more. */
  void begin(SnapshotVolume volume) throws IOException {
    try {
      Refusals.whileMerging(volume, volume.name() + " cannot be removed");
      Reset.refuseUnfinished(state, volume);
      Refusals.ofUnloadable(volume, volume.name() + " cannot be removed");
      checkRoom(volume);
      volume.flushIfValid();
      state.table().changeThoughFull(table -> table.withMerge(volume.name(), MergeStage.REMOVED));
    } catch (IOException | RuntimeException failure) {
      volume.opens().unretire();
      throw failure;
    }
    Hold.during(volume, volume::cutForRemoval);
    state.volumes().publish();
    state
        .log()
        .info(volume.name() + " is removed: what others read in it is handed down to them first");
    new StackWork(state).resume();
  }

  private static void checkRoom(SnapshotVolume volume) throws IOException {
    Snapshot snapshot = volume.snapshot();
    if (snapshot != null && !new HandDown(snapshot).makeRoom()) {
      throw new ErrnoException(
          Errno.ENOSPC,
          "a snapshot of "
              + volume.name()
              + " has no room for what it reads there; extend it, or remove it first");
    }
  }
}
