package org.dmsnap.pool;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.dmsnap.engine.MergeListener;
import org.dmsnap.engine.SnapshotMerge;

/** Takes a merged snapshot away, or says why its merge has failed; on the merge's thread. */
final class MergeEnd implements MergeListener {

  private final PoolState state;
  private final SnapshotVolume volume;
  private final long startNanos = System.nanoTime();

  /** Waits for the merge of {@code volume}. */
  MergeEnd(PoolState state, SnapshotVolume volume) {
    this.state = state;
    this.volume = volume;
  }

  @Override
  public void finished(SnapshotMerge merge) {
    try {
      state.commands().unlessClosed(() -> finish(merge));
    } catch (IOException | RuntimeException failure) {
      state
          .log()
          .error(
              volume.name()
                  + " is merged, but stays until the next mount: "
                  + failure.getMessage());
    }
  }

  private void finish(SnapshotMerge merge) throws IOException {
    state.table().settle();
    new Removal(state).removeMerged(volume);
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    state
        .log()
        .info(
            "Merge of snapshot "
                + volume.name()
                + " into "
                + volume.origin().name()
                + " has finished: "
                + merge.mergedBytes()
                + " bytes in "
                + String.format(Locale.ROOT, "%.1f", seconds)
                + " s");
  }

  @Override
  public void failed(SnapshotMerge merge, String reason) {
    state
        .log()
        .error(
            "Merge failed: snapshot "
                + volume.name()
                + " into "
                + volume.origin().name()
                + ", which goes on as merged; once the cause is gone, mount the pool again: "
                + reason);
  }
}
