package org.dmsnap.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The snapshots that read through a snapshot, and the origin that it is to them. */
public final class Dependents {

  private final Snapshot snapshot;
  private final SnapshotListener listener;
  private volatile @Nullable Origin origin; // made when first wanted

  /** Of {@code snapshot}. */
  Dependents(Snapshot snapshot, SnapshotListener listener) {
    this.snapshot = snapshot;
    this.listener = listener;
  }

  /** The snapshot as an origin: the same whenever asked. */
  synchronized Origin origin() {
    Origin known = origin;
    if (known == null) {
      known = new Origin(snapshot);
      known.drainListener(failure -> listener.undrained(snapshot, failure));
      origin = known;
    }
    return known;
  }

  /**
   * Whether requests must go through {@link #origin}: there are any, or something that was written
   * while there were cannot be drained. The gate is held.
   */
  public boolean any() {
    Origin known = origin;
    return known != null && !(known.snapshots().isEmpty() && known.drained());
  }

  /** Runs {@code change} while nothing that was written to it as an origin is drained. */
  void betweenDrains(Runnable change) {
    Origin known = origin;
    if (known == null) {
      change.run();
    } else {
      known.betweenDrains(change);
    }
  }

  /** Makes all of them Invalid, durably. */
  void invalidate() throws IOException {
    Origin known = origin;
    if (known != null) {
      for (Snapshot dependent : known.snapshots()) {
        dependent.invalidate(Validity.THROUGH_INVALID);
      }
    }
  }

  /** Drains no more; what still waits is lost. */
  public void close() throws IOException {
    Origin known = origin;
    if (known != null) {
      known.image().close();
    }
  }
}
