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
                + snapshot.takenOf().name()
                + WILL_OCCUR);
    look(snapshot); // either may have been closed before it was watched
  }

  /**
   * Notes, durably, that it is due: once what others read in it is theirs, and what it reads in
   * others its own.
   *
   * @param force whether it then starts whoever has the two open
   */
  void unstackFirst(SnapshotVolume snapshot, boolean force) throws IOException {
    snapshot.force(force);
    state.table().changeThoughFull(table -> table.withMerge(snapshot.name(), MergeStage.DUE));
    watch(snapshot);
    state
        .log()
        .info(
            "Delaying merge of "
                + snapshot.name()
                + " into "
                + snapshot.takenOf().name()
                + ": first what others read in it is handed down to them, and what it reads in"
                + " others becomes its own");
    look(snapshot);
  }

  /** Has it looked each time that the last handle of either of the two is released. */
  void watch(SnapshotVolume snapshot) {
    snapshot.takenOf().due(snapshot);
    snapshot.takenOf().opens().whenNone(() -> look(snapshot));
    snapshot.opens().whenNone(() -> look(snapshot));
    state.volumes().publish();
  }

  /** It is due no more. */
  static void forget(SnapshotVolume snapshot) {
    snapshot.force(false);
    snapshot.takenOf().due(null);
    snapshot.takenOf().opens().whenNone(null);
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

  private static boolean noneOpen(SnapshotVolume snapshot) {
    return !snapshot.takenOf().opens().any() && !snapshot.opens().any();
  }

  private void startDue(SnapshotVolume snapshot) throws IOException {
    LayeredVolume origin = snapshot.takenOf();
    if (origin.due() != snapshot || state.options().readOnly()) {
      return;
    }
    if (!snapshot.valid() && !snapshot.unloadable()) {
      state.table().changeThoughFull(table -> table.withMerge(snapshot.name(), null));
      forget(snapshot);
      state
          .log()
          .error("the merge of " + snapshot.name() + " is dropped, as it has become Invalid");
    } else if (!snapshot.unstacked()) {
      new StackWork(state).resume();
    } else if (origin.writable() && (snapshot.forced() || noneOpen(snapshot))) {
      merging.start(snapshot, snapshot.forced());
    }
  }
}
