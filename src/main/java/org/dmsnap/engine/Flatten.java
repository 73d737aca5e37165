package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Gives a snapshot what it inherits from those between itself and what it was taken of, so that it
 * can do without them: it then reads through that alone, and can merge into it.
 *
 * <p>Until its table line says so, it merely has exceptions that equal what it would have read: so
 * it can be cut anywhere and begun anew. What fails costs it nothing.
 */
public final class Flatten implements Unstacking {

  private final Snapshot snapshot;
  private final Origin target;

  /** Of {@code snapshot}, down to {@code target}, which it reads through. */
  public Flatten(Snapshot snapshot, Origin target) {
    this.snapshot = snapshot;
    this.target = target;
  }

  @Override
  public boolean makeRoom() throws IOException {
    Needs needs = new Needs(List.of(snapshot));
    new Excepted(between()).addTo(needs);
    return needs.fit();
  }

  /**
   * Whether {@link #target}, if that is a snapshot, has room for a merge of all that this one shows
   * otherwise, after growing where that helps.
   */
  public boolean makeRoomBelow() throws IOException {
    Snapshot below = target.beneath();
    if (below == null) {
      return true; // an image needs none
    }
    List<Snapshot> merging = new ArrayList<>(between());
    merging.add(snapshot);
    Needs needs = new Needs(List.of(below));
    new Excepted(merging).addTo(needs);
    return needs.fit();
  }

  @Override
  public void copy(BooleanSupplier stopping) throws IOException {
    new Excepted(between())
        .each(
            () -> stopping.getAsBoolean() || !snapshot.valid(),
            (position, length) -> {
              long stamp = target.gate().enterChange();
              try {
                give(position, length);
              } finally {
                target.gate().leaveChange(stamp);
              }
            });
  }

  @Override
  public void copyRest() throws IOException {
    new Excepted(between()).each(() -> !snapshot.valid(), this::give);
  }

  private void give(long position, int length) throws IOException {
    snapshot.origin().give(snapshot, position, length);
  }

  /** Those that it inherits from, as they are now; from the top. */
  private List<Snapshot> between() {
    List<Snapshot> all = new ArrayList<>();
    for (Origin at = snapshot.origin(); at != target; ) {
      Snapshot beneath = at.beneath();
      if (beneath == null) {
        throw new IllegalStateException("it does not read through what it was taken of");
      }
      all.add(beneath);
      at = beneath.origin();
    }
    return all;
  }
}
