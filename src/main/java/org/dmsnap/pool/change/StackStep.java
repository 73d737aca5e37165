package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Flatten;
import org.dmsnap.engine.HandDown;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.Unstacking;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.jspecify.annotations.Nullable;

/**
 * One step by which snapshots read through less: first, requests going on, they get exceptions for
 * what they read there; then, with all requests held, for what has come since; that is durable, the
 * table is replaced, and it is so. Until then they merely have exceptions that equal what they
 * would have read.
 */
abstract class StackStep {

  /** After the first there is little left, which must not be copied with all requests held. */
  private static final int PASSES = 2;

  private final PoolState state;
  private final SnapshotVolume volume;
  private final Unstacking unstacking;

  private StackStep(PoolState state, SnapshotVolume volume, Unstacking unstacking) {
    this.state = state;
    this.volume = volume;
    this.unstacking = unstacking;
  }

  /** What is to be done next for {@code volume}; null if nothing is. Under the command lock. */
  static @Nullable StackStep of(PoolState state, SnapshotVolume volume) throws IOException {
    Snapshot snapshot = volume.snapshot();
    if (snapshot == null) {
      return null;
    }
    if (volume.removed()) {
      return new RemovedHandsDown(state, volume, snapshot);
    }
    if (volume.takenOf().due() != volume || !volume.valid() || volume.unstacked()) {
      return null;
    }
    return volume.snapshots().isEmpty()
        ? new Flattens(state, volume, snapshot)
        : new DueHandsDown(state, volume, snapshot);
  }

  /** Whom it is about. */
  final SnapshotVolume volume() {
    return volume;
  }

  /** What is said of it if it cannot be done now. */
  abstract String undone();

  /** Who gets exceptions. */
  abstract List<SnapshotVolume> receivers();

  /** What they read through then. */
  abstract LayeredVolume below();

  /** Has it be so, in the table and then for who reads; the gate is held. */
  abstract void happen() throws IOException;

  /** It has happened; under the command lock. */
  abstract void happened();

  /** Does it; on a thread that may wait. */
  final void run() throws IOException {
    for (int pass = 0; pass < PASSES; pass++) {
      unstacking.copy(state.handDowns()::stopping);
      flushReceivers();
    }
    if (!state.handDowns().stopping()) {
      state.commands().unlessClosed(this::finish);
    }
  }

  private void flushReceivers() throws IOException {
    long stamp = volume.gate().enterView();
    try {
      for (SnapshotVolume receiver : receivers()) {
        receiver.flushIfValid();
      }
    } finally {
      volume.gate().leaveView(stamp);
    }
  }

  private void finish() throws IOException {
    StackStep now = of(state, volume);
    if (now == null || now.getClass() != getClass()) {
      return; // a command came in between
    }
    if (volume.bottom().suspended()) {
      throw new ErrnoException(Errno.EBUSY, volume.bottom().name() + " is suspended");
    }
    Refusals.ofUnloadable(volume, volume.name() + " cannot go");
    state.table().settle();
    below().asOrigin().image().sync(); // here, so that little is left while all are held
    Hold.during(volume, this::finishInside);
    state.volumes().publish();
    happened();
  }

  private void finishInside() throws IOException {
    below().asOrigin().image().sync(); // what waits is newer than every snapshot
    volume.flushIfValid();
    unstacking.copyRest();
    for (SnapshotVolume receiver : receivers()) {
      receiver.flushIfValid();
      receiver.recordIfInvalid(); // or it would be valid again, over something else
    }
    try {
      happen();
    } catch (IOException | RuntimeException failure) {
      if (state.table().uncertain()) { // either may be so after a power cut
        receivers().forEach(below()::copyOutToo);
      }
      throw failure;
    }
  }

  final void change(UnaryOperator<PoolTable> change) throws IOException {
    state.table().changeThoughFull(change);
  }

  final void log(String what) {
    state.log().info(what);
  }

  final Removal removal() {
    return new Removal(state);
  }

  /** Goes on with what merges can in its tree: its own, or one that it stood in the way of. */
  final void mergeOn() {
    Merging merging = new Merging(state);
    OriginVolume bottom = volume.bottom();
    merging.resume(bottom);
    bottom.tree().forEach(merging::resume);
  }

  /** What others read in a removed one is handed down to them, and it is removed as any other. */
  private static final class RemovedHandsDown extends StackStep {
    RemovedHandsDown(PoolState state, SnapshotVolume volume, Snapshot snapshot) {
      super(state, volume, new HandDown(snapshot));
    }

    @Override
    String undone() {
      return volume().name() + " is removed, but what others read in it is not theirs yet";
    }

    @Override
    List<SnapshotVolume> receivers() {
      return volume().snapshots();
    }

    @Override
    LayeredVolume below() {
      return volume().origin();
    }

    @Override
    void happen() throws IOException {
      removal().unlistBetween(volume());
      below().adopt(volume());
      below().detach(volume());
      volume().hiddenCow().cut();
    }

    @Override
    void happened() {
      removal().closeAndDelete(volume());
      log(volume().name() + " is gone: all that others read in it is theirs");
      mergeOn();
    }
  }

  /** What others read in one that is due to merge is handed down to them. */
  private static final class DueHandsDown extends StackStep {
    DueHandsDown(PoolState state, SnapshotVolume volume, Snapshot snapshot) {
      super(state, volume, new HandDown(snapshot));
    }

    @Override
    String undone() {
      return "the merge of " + volume().name() + " waits until what others read in it is theirs";
    }

    @Override
    List<SnapshotVolume> receivers() {
      return volume().snapshots();
    }

    @Override
    LayeredVolume below() {
      return volume().origin();
    }

    @Override
    void happen() throws IOException {
      change(table -> table.withLeaf(volume().name()));
      below().adopt(volume());
    }

    @Override
    void happened() {
      log("all that others read in " + volume().name() + ", which is due to merge, is theirs");
      mergeOn();
    }
  }

  /** What one that is due to merge reads in others becomes its own. */
  private static final class Flattens extends StackStep {
    Flattens(PoolState state, SnapshotVolume volume, Snapshot snapshot) throws IOException {
      super(state, volume, new Flatten(snapshot, volume.takenOf().asOrigin()));
    }

    @Override
    String undone() {
      return "the merge of " + volume().name() + " waits until what it reads in others is its own";
    }

    @Override
    List<SnapshotVolume> receivers() {
      return List.of(volume());
    }

    @Override
    LayeredVolume below() {
      return volume().takenOf();
    }

    @Override
    void happen() throws IOException {
      change(table -> table.withFlat(volume().name()));
      below().draw(volume());
    }

    @Override
    void happened() {
      log("all that " + volume().name() + ", which is due to merge, read in others is its own");
      mergeOn();
    }
  }
}
