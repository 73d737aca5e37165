package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.HandDown;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.jspecify.annotations.Nullable;

/**
 * Lets a snapshot go that others read through: first for its users; then, in the background, what
 * the others read in it is handed down to them; then they read through what it was taken of, in one
 * replacement of {@code pool.table}, and it is removed as any other. Until then it can be cut
 * anywhere, and the next mount begins anew.
 *
 * <p>One at a time: so nothing is moved that another hands down.
 */
public final class HandingDown {

  /** After the first there is little left, which must not be copied with all requests held. */
  private static final int PASSES = 2;

  private static final long PAUSE_SECONDS = 5;

  private final PoolState state;

  /** In {@code state}'s pool. */
  public HandingDown(PoolState state) {
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
    resume();
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

  /** Goes on with all there is to do, if there is anything. */
  public void resume() {
    if (!state.options().readOnly() && next() != null) {
      state.handDowns().wake(this::handDownAll);
    }
  }

  private @Nullable SnapshotVolume next() {
    for (LayeredVolume volume : state.volumes().layered()) {
      if (volume instanceof SnapshotVolume removed
          && removed.removed()
          && removed.snapshot() != null) {
        return removed;
      }
    }
    return null;
  }

  private void handDownAll() {
    SnapshotVolume volume = next();
    while (volume != null && !state.handDowns().stopping()) {
      try {
        handDown(volume);
      } catch (IOException | RuntimeException failure) {
        tell(volume.name(), String.valueOf(failure.getMessage()));
        tryLater();
        return;
      }
      volume = next();
    }
  }

  private void tell(String name, String why) {
    if (state.handDowns().isNews(name + why)) {
      state
          .log()
          .warning(
              name
                  + " is removed, but what others read in it is not theirs yet; it is tried again: "
                  + why);
    }
  }

  private void tryLater() {
    try {
      CompletableFuture.delayedExecutor(PAUSE_SECONDS, TimeUnit.SECONDS, state.background())
          .execute(this::resume);
    } catch (RejectedExecutionException closing) {
      state.log().info("a removal is left to the next mount");
    }
  }

  private void handDown(SnapshotVolume volume) throws IOException {
    Snapshot snapshot = volume.snapshot();
    if (snapshot == null) {
      return;
    }
    HandDown handDown = new HandDown(snapshot);
    for (int pass = 0; pass < PASSES; pass++) {
      handDown.copy(state.handDowns()::stopping);
      for (SnapshotVolume dependent : volume.snapshots()) {
        if (dependent.valid()) {
          dependent.flush();
        }
      }
    }
    if (!state.handDowns().stopping()) {
      state.commands().unlessClosed(() -> finish(volume, handDown));
    }
  }

  private void finish(SnapshotVolume volume, HandDown handDown) throws IOException {
    if (volume.bottom().suspended()) {
      throw new ErrnoException(Errno.EBUSY, volume.bottom().name() + " is suspended");
    }
    for (SnapshotVolume above : volume.tree()) {
      if (above.merge() != null) {
        throw new ErrnoException(Errno.EBUSY, "a snapshot merges into " + above.name());
      }
    }
    state.table().settle();
    volume.origin().asOrigin().image().sync(); // here, so that little is left while all are held
    new Removal(state)
        .removeBetween(
            volume,
            () -> {
              volume.origin().asOrigin().image().sync(); // what waits is newer than every snapshot
              handDown.copyRest();
              for (SnapshotVolume above : volume.tree()) {
                above.flushIfValid();
              }
            });
    state.log().info(volume.name() + " is gone: all that others read in it is theirs");
  }
}
