package org.dmsnap.pool.volume;

import org.jspecify.annotations.Nullable;

/**
 * Where a snapshot is in its stack: what it reads through, and what it was taken of. Changes with
 * the gate held; any thread may look.
 */
final class Ancestry {

  private volatile LayeredVolume origin;
  private volatile LayeredVolume taken;
  private @Nullable LayeredVolume alsoBy; // guarded by the gate, held

  /** That of one that reads through {@code origin}, and was taken of what bears that name. */
  Ancestry(LayeredVolume origin, String takenOf) {
    this.origin = origin;
    LayeredVolume at = origin;
    while (!at.name().equals(takenOf) && at instanceof SnapshotVolume snapshot) {
      at = snapshot.origin();
    }
    this.taken = at;
  }

  /** What it reads through. */
  LayeredVolume origin() {
    return origin;
  }

  /** What it was taken of: {@link #origin}, or something beneath that. */
  LayeredVolume taken() {
    return taken;
  }

  /** It reads through {@code below}. */
  void moveTo(LayeredVolume below) {
    origin = below;
  }

  /** What was taken of {@code gone} counts as taken of what that was taken of. */
  void without(SnapshotVolume gone) {
    if (taken == gone) {
      taken = gone.takenOf();
    }
  }

  /** Notes which volume copies out to it, too, if one does; answers which did before. */
  @Nullable LayeredVolume copiedOutToAlsoBy(@Nullable LayeredVolume other) {
    LayeredVolume before = alsoBy;
    alsoBy = other;
    return before;
  }
}
