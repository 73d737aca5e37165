package org.dmsnap.pool.change;

import java.io.IOException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.volume.OriginVolume;

/** Holds changes of an origin and its snapshots from one command to another. */
public final class Suspension {

  private final PoolState state;

  /** Suspends in {@code state}'s pool. */
  public Suspension(PoolState state) {
    this.state = state;
  }

  /** Holds them, everything before being durable on return. */
  public void suspend(String name) throws IOException {
    OriginVolume origin = state.origin(name);
    if (origin.suspended()) {
      if (Commit.again()) {
        return;
      }
      throw new IllegalArgumentException(name + " is suspended already; resume it");
    }
    origin.suspend();
  }

  /** Lets them go on. */
  public void resume(String name) throws IOException {
    OriginVolume origin = state.origin(name);
    if (!origin.suspended()) {
      if (Commit.again()) {
        return;
      }
      throw new IllegalArgumentException(name + " is not suspended");
    }
    origin.resume();
  }
}
