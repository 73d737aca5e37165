package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.jspecify.annotations.Nullable;

/**
 * Merges that wait until their snapshot and its origin are closed. Under the command lock, but for
 * what says otherwise.
 */
final class DueMerges {

  private static final String WILL_OCCUR = ": the merge will occur when both are closed";

  private final PoolState state;
  private final Merging merging;

  /** Those in {@code state}'s pool, which {@code merging} starts in the end. */
  DueMerges(PoolState state, Merging merging) {
    this.state = state;
    this.merging = merging;
  }

  /** Notes, durably, that it is due, for {@code open} of the two is open. */
  void defer(SnapshotVolume snapshot, @Nullable String open) throws IOException {
    state.table().changeThoughFull(table -> table.withMerge(snapshot.name(), MergeStage.DUE));
    watch(snapshot);
    state
        .log()
        .info(
            "Delaying merge since "
                + (open == null ? "one of the two" : open)
                + " is open: "
                + snapshot.name()
                + " into "
                + snapshot.origin().name()
                + WILL_OCCUR);
    look(snapshot); // either may have been closed before it was watched
  }

  /** Has it looked each time that the last handle of either of the two is released. */
  void watch(SnapshotVolume snapshot) {
    snapshot.origin().due(snapshot);
    snapshot.origin().opens().whenNone(() -> look(snapshot));
    snapshot.opens().whenNone(() -> look(snapshot));
    state.volumes().publish();
  }

  /** It is due no more. */
  static void forget(SnapshotVolume snapshot) {
    snapshot.origin().due(null);
    snapshot.origin().opens().whenNone(null);
    snapshot.opens().whenNone(null);
  }

  /** Looks, later and on another thread, whether a due merge can start; any thread. */
  void look(SnapshotVolume snapshot) {
    try {
      state.background().execute(() -> lookNow(snapshot));
    } catch (RejectedExecutionException closing) {
      state.log().info("the merge of " + snapshot.name() + " is left to the next mount");
    }
  }

  /** Looks on this thread, which may hold the command lock; any thread. */
  void lookNow(SnapshotVolume snapshot) {
    try {
      state.commands().unlessClosed(() -> startDue(snapshot));
    } catch (IOException | RuntimeException failure) {
      state.log().error("the merge of " + snapshot.name() + " stays due: " + failure.getMessage());
    }
  }

  private void startDue(SnapshotVolume snapshot) throws IOException {
    LayeredVolume origin = snapshot.origin();
    if (origin.due() != snapshot || state.options().readOnly()) {
      return;
    }
    if (!snapshot.valid() && !snapshot.unloadable()) {
      state.table().changeThoughFull(table -> table.withMerge(snapshot.name(), null));
      forget(snapshot);
      state
          .log()
          .error("the merge of " + snapshot.name() + " is dropped, as it has become Invalid");
    } else if (origin.writable() && !origin.opens().any() && !snapshot.opens().any()) {
      merging.start(snapshot, false);
    }
  }
}
