package org.dmsnap.engine;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Gives all that read through a snapshot what they find there, so that they can do without it.
 *
 * <p>Until their table lines say that they read through something else, they merely have exceptions
 * that equal what they would have read: so it can be cut anywhere and begun anew. What fails costs
 * none of them its content. Only what is missing is copied: from the middle of a stack the
 * exceptions of one snapshot, and nothing where all have been overwritten above.
 */
public final class HandDown {

  /** So much is copied inside the gate. */
  private static final int PIECE = 1 << 20;

  private final Snapshot snapshot;
  private final Origin origin;

  /** Of {@code snapshot}, which nobody writes to any more but its own origin's copy-outs. */
  public HandDown(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.origin = snapshot.asOrigin();
  }

  /** What is done with a piece of what has exceptions. */
  @FunctionalInterface
  private interface Step {
    void take(long position, int length) throws IOException;
  }

  /** Whether there is room for all of it, after growing where that helps. */
  public boolean makeRoom() throws IOException {
    Needs needs = new Needs(origin.snapshots());
    each(() -> false, (position, length) -> needs.add(new NonZero(position, length)));
    return needs.fit();
  }

  /**
   * Copies what there is by now, entering the gate for each piece; {@link #copyRest} or another
   * call finds what comes meanwhile.
   *
   * @param stopping asked before each piece
   * @throws IOException ENOSPC if there is no room; what was copied stays
   */
  public void copy(BooleanSupplier stopping) throws IOException {
    each(
        stopping,
        (position, length) -> {
          long stamp = origin.gate().enterChange();
          try {
            origin.copyOut(position, length, CopyOutMode.SPARE);
          } finally {
            origin.gate().leaveChange(stamp);
          }
        });
  }

  /** Copies what has come since; the gate is held. It is durable once all are flushed. */
  public void copyRest() throws IOException {
    each(() -> false, (position, length) -> origin.copyOut(position, length, CopyOutMode.SPARE));
  }

  private void each(BooleanSupplier stopping, Step step) throws IOException {
    ExceptionMap exceptions = snapshot.exceptions();
    long end = snapshot.size();
    long at = exceptions.exceptedFrom(0, end);
    while (at < end && snapshot.valid() && !stopping.getAsBoolean()) {
      long to = Math.min(exceptions.unexceptedFrom(at, end), at + PIECE);
      step.take(at, (int) (to - at));
      at = exceptions.exceptedFrom(to, end);
    }
  }
}
