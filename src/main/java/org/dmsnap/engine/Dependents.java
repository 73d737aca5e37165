package org.dmsnap.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The snapshots that read through a snapshot, and the origin that it is to them. */
final class Dependents {

  private final Snapshot snapshot;
  private final Origin below;
  private volatile @Nullable Origin origin; // made when first wanted

  /** Of {@code snapshot}, itself one of {@code below}. */
  Dependents(Snapshot snapshot, Origin below) {
    this.snapshot = snapshot;
    this.below = below;
  }

  /** The snapshot as an origin: the same whenever asked. */
  synchronized Origin origin() {
    Origin known = origin;
    if (known == null) {
      known = new Origin(snapshot, below);
      origin = known;
    }
    return known;
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
}
