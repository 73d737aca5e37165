package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.jspecify.annotations.Nullable;

/**
 * What takes long before a snapshot in a stack can go, in the background: what others read in one
 * that is removed, or is due to merge, is handed down to them; what one that is due to merge reads
 * in others becomes its own. Then, in one replacement of {@code pool.table}, who has got it reads
 * through less. Until then it can be cut anywhere, and the next mount begins anew.
 *
 * <p>One at a time, each a {@link StackStep}; what cannot be done holds up no other, and is tried
 * again.
 */
public final class StackWork {

  private static final long PAUSE_SECONDS = 5;

  private final PoolState state;

  /** In {@code state}'s pool. */
  public StackWork(PoolState state) {
    this.state = state;
  }

  /** Goes on with all there is to do, if there is anything. */
  public void resume() {
    if (!state.options().readOnly() && next(Set.of()) != null) {
      state.handDowns().wake(this::workAll);
    }
  }

  private void workAll() {
    Set<SnapshotVolume> failed = new HashSet<>();
    StackStep step = next(failed);
    while (step != null && !state.handDowns().stopping()) {
      try {
        step.run();
      } catch (IOException | RuntimeException failure) {
        tell(step, String.valueOf(failure.getMessage()));
        failed.add(step.volume());
      }
      step = next(failed);
    }
    if (!failed.isEmpty()) {
      tryLater();
    }
  }

  private void tell(StackStep step, String why) {
    if (state.handDowns().isNews(step.volume().name(), why)) {
      state.log().warning(step.undone() + "; it is tried again: " + why);
    }
  }

  private void tryLater() {
    try {
      CompletableFuture.delayedExecutor(PAUSE_SECONDS, TimeUnit.SECONDS, state.background())
          .execute(this::resume);
    } catch (RejectedExecutionException closing) {
      state.log().info("what is to be handed down is left to the next mount");
    }
  }

  /** What is to be done next, but for what has {@code failed}; null if there is nothing. */
  private @Nullable StackStep next(Set<SnapshotVolume> failed) {
    StackStep[] found = {null};
    try {
      state.commands().unlessClosed(() -> found[0] = find(failed));
    } catch (IOException unexpected) {
      state.log().error(String.valueOf(unexpected.getMessage()));
    }
    return found[0];
  }

  private @Nullable StackStep find(Set<SnapshotVolume> failed) throws IOException {
    List<LayeredVolume> all = state.volumes().layered();
    for (int i = all.size() - 1; i >= 0; i--) { // the top first: so nothing is copied twice
      if (all.get(i) instanceof SnapshotVolume snapshot && !failed.contains(snapshot)) {
        StackStep step = StackStep.of(state, snapshot);
        if (step != null) {
          return step;
        }
      }
    }
    return null;
  }
}
