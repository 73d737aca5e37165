package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dmsnap.engine.MergeListener;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.jspecify.annotations.Nullable;

/**
 * Takes a merged snapshot away, or says why its merge has failed; called on the merge's thread.
 *
 * <p>What cannot be taken away yet, such as when {@code pool.table} cannot be written, is tried
 * again: ever more seldom by itself, with every command, at a clean stop, and by the next mount.
 * The origin reads the same all the while.
 */
final class MergeEnd implements MergeListener {

  private static final long LONGEST_PAUSE_SECONDS = 60;

  private final PoolState state;
  private final SnapshotVolume volume;
  private final String begun;
  private final long startNanos = System.nanoTime();
  private volatile @Nullable SnapshotMerge finished; // until its snapshot is gone

  /** Waits for the merge of {@code volume}, which {@code begun}: was started, or resumed. */
  MergeEnd(PoolState state, SnapshotVolume volume, String begun) {
    this.state = state;
    this.volume = volume;
    this.begun = begun;
  }

  @Override
  public void finished(SnapshotMerge merge) {
    finished = merge;
    finishOrTryAgain(1);
  }

  private void finishOrTryAgain(long pauseSeconds) {
    try {
      state.commands().unlessClosed(this::finish);
    } catch (IOException | RuntimeException failure) {
      told(failure);
      long next = Math.min(2 * pauseSeconds, LONGEST_PAUSE_SECONDS);
      CompletableFuture.delayedExecutor(pauseSeconds, TimeUnit.SECONDS, state.background())
          .execute(() -> finishOrTryAgain(next));
    }
  }

  /** Takes the snapshot away if it is merged and still there; under the command lock. */
  void finishNow() {
    try {
      finish();
    } catch (IOException | RuntimeException failure) {
      told(failure);
    }
  }

  private void finish() throws IOException {
    SnapshotMerge merge = finished;
    if (merge == null) {
      return;
    }
    state.table().settle();
    new Removal(state).removeMerged(volume, () -> tellFinished(merge));
    finished = null;
  }

  private void tellFinished(SnapshotMerge merge) {
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    state
        .log()
        .info(
            "Merge of snapshot "
                + volume.name()
                + " into "
                + volume.takenOf().name()
                + " has finished: "
                + merge.mergedBytes()
                + " bytes in "
                + String.format(Locale.ROOT, "%.1f", seconds)
                + " s since it was "
                + begun);
  }

  private void told(Exception failure) {
    state
        .log()
        .error(
            volume.name()
                + " is merged into "
                + volume.takenOf().name()
                + ", but cannot be taken away yet; it is tried again with the next command, from"
                + " time to time, and by the next mount: "
                + failure.getMessage());
  }

  @Override
  public void failed(SnapshotMerge merge, String reason) {
    state
        .log()
        .error(
            "Merge failed: snapshot "
                + volume.name()
                + " into "
                + volume.takenOf().name()
                + ", which goes on as merged; once the cause is gone, mount the pool again: "
                + reason);
  }
}
