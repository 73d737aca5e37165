package org.dmsnap.pool;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * What is done when a pool's file system goes away, or its lock is lost: whoever looks sees that no
 * snapshot can be relied on here. What is on the disk stays as it is.
 */
record LostPool(PoolState state) {

  /** Has it done once that happens, by {@code background}. */
  void watch(Executor background) {
    state.directory().whenLost(reason -> later(background, reason));
  }

  private void later(Executor background, String reason) {
    state.log().error(reason);
    try {
      background.execute(() -> invalidate(reason));
    } catch (RejectedExecutionException closing) {
      state.log().info("it was being closed");
    }
  }

  private void invalidate(String reason) {
    for (OriginVolume origin : state.volumes().origins()) {
      for (SnapshotVolume volume : origin.tree()) {
        Snapshot snapshot = volume.snapshot();
        if (snapshot != null && snapshot.valid()) {
          invalidate(volume, snapshot, reason);
        }
      }
    }
  }

  private void invalidate(SnapshotVolume volume, Snapshot snapshot, String reason) {
    try {
      snapshot.invalidate(reason);
    } catch (IOException unrecorded) {
      state.log().info(volume.name() + " is Invalid until the next mount, which may have it back");
    }
  }
}
