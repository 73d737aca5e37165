package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Gives all that read through a snapshot what they find there, so that they can do without it.
 *
 * <p>Until their table lines say that they read through something else, they merely have exceptions
 * that equal what they would have read: so it can be cut anywhere and begun anew. What fails costs
 * none of them its content. Only what is missing is copied: from the middle of a stack the
 * exceptions of one snapshot, and nothing where all have been overwritten above.
 */
public final class HandDown implements Unstacking {

  private final Snapshot snapshot;
  private final Origin origin;
  private final Excepted excepted;

  /** Of {@code snapshot}, whose own writes copy out to them meanwhile, as ever. */
  public HandDown(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.origin = snapshot.asOrigin();
    this.excepted = new Excepted(List.of(snapshot));
  }

  @Override
  public boolean makeRoom() throws IOException {
    Needs needs = new Needs(origin.snapshots());
    excepted.addTo(needs);
    return needs.fit();
  }

  @Override
  public void copy(BooleanSupplier stopping) throws IOException {
    excepted.each(
        () -> stopping.getAsBoolean() || !snapshot.valid(),
        (position, length) -> {
          long stamp = origin.gate().enterChange();
          try {
            origin.copyOut(position, length, CopyOutMode.SPARE);
          } finally {
            origin.gate().leaveChange(stamp);
          }
        });
  }

  @Override
  public void copyRest() throws IOException {
    excepted.each(
        () -> !snapshot.valid(),
        (position, length) -> origin.copyOut(position, length, CopyOutMode.SPARE));
  }
}
