package org.dmsnap.pool.change;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Flatten;
import org.dmsnap.engine.HandDown;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.volume.CowDevice;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.RunningMerge;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;
import org.jspecify.annotations.Nullable;

/**
 * Merges snapshots into their origins: refuses, starts, ends; {@link DueMerges} are those that
 * wait. Under the command lock.
 */
public final class Merging {

  /** How long an open volume is given to close: close(2) returns before it is. */
  private static final long CLOSING_MILLIS = 1000;

  private final PoolState state;
  private final DueMerges dues;

  /** Merges in {@code state}'s pool. */
  public Merging(PoolState state) {
    this.state = state;
    this.dues = new DueMerges(state, this);
  }

  /** Those that wait. */
  DueMerges dues() {
    return dues;
  }

  /** Merges {@code volume} now, or once it and its origin are closed unless {@code force}. */
  public void merge(Volume volume, boolean force) throws IOException {
    if (!(volume instanceof SnapshotVolume snapshot)) {
      throw new IllegalArgumentException(
          volume.name() + " is not a snapshot; name one, see: dmsnap lvs");
    }
    check(snapshot, force);
    Reset.refuseUnfinished(state, snapshot);
    if (!snapshot.unstacked()) {
      dues.unstackFirst(snapshot, force);
      warnOfCaches(snapshot, force);
      return;
    }
    String open = force ? null : openAfterAWhile(snapshot);
    if (open == null && start(snapshot, force)) {
      warnOfCaches(snapshot, force);
      return;
    }
    dues.defer(snapshot, open);
  }

  private void warnOfCaches(SnapshotVolume snapshot, boolean force) {
    if (force) {
      state
          .log()
          .warning(
              "file systems mounted over "
                  + snapshot.takenOf().name()
                  + " or "
                  + snapshot.name()
                  + " keep what they have cached: unmount them before they write");
    }
  }

  private static void check(SnapshotVolume snapshot, boolean force) throws IOException {
    LayeredVolume origin = snapshot.takenOf();
    String what = snapshot.name() + " into the origin " + origin.name();
    SnapshotVolume merging = origin.mergingSnapshot();
    boolean forced = force && origin.due() == snapshot;
    if (merging == snapshot && !forced) {
      throw new ErrnoException(
          Errno.EBUSY, "Merging of " + what + " is due or under way already; see: dmsnap wait");
    }
    if (merging != null && !forced) {
      String both = what + " with merging snapshot " + merging.name();
      throw new ErrnoException(Errno.EBUSY, "Cannot merge snapshot " + both + ": wait for that");
    }
    if (!snapshot.persistent()) {
      throw new IllegalArgumentException(
          "Snapshot exception store does not support snapshot-merge: "
              + snapshot.name()
              + " is transient (N); only P and PO merge");
    }
    Refusals.whileMerging(snapshot, snapshot.name() + " cannot be merged");
    Refusals.ofUnloadable(snapshot, snapshot.name() + " cannot be merged");
    Refusals.ofRemoved(origin, snapshot.name() + " cannot be merged");
    Refusals.ofInvalid(snapshot);
    String protection = origin.writeProtection();
    if (protection != null) {
      throw new IllegalArgumentException(
          "Cannot merge snapshot " + what + ", which is read-only: " + protection);
    }
    checkRoom(snapshot);
  }

  /** Refuses, before anything happens, what would come to a stop for want of room. */
  private static void checkRoom(SnapshotVolume volume) throws IOException {
    Snapshot snapshot = volume.snapshot();
    if (snapshot == null) {
      return;
    }
    Flatten flatten = new Flatten(snapshot, volume.takenOf().asOrigin());
    if (!new HandDown(snapshot).makeRoom()) {
      throw noRoom(volume, "what reads through it has no room for what it reads there");
    }
    if (!flatten.makeRoom()) {
      throw noRoom(
          volume, "it has no room for what it reads in the snapshots that it reads through");
    }
    if (!flatten.makeRoomBelow()) {
      throw noRoom(volume, volume.takenOf().name() + " has no room for what it gets");
    }
  }

  private static ErrnoException noRoom(SnapshotVolume volume, String why) {
    return new ErrnoException(
        Errno.ENOSPC, volume.name() + " cannot be merged: " + why + "; extend that first");
  }

  /** Which of the two stays open, or null. */
  private @Nullable String openAfterAWhile(SnapshotVolume snapshot) throws IOException {
    state.stalls().stalling(); // the thread that releases it may be waiting for this one's place
    try {
      if (!snapshot.takenOf().opens().awaitNone(CLOSING_MILLIS)) {
        return "origin";
      }
      return snapshot.opens().awaitNone(CLOSING_MILLIS) ? null : "snapshot";
    } finally {
      state.stalls().resumed();
    }
  }

  /** What is due or under way when the pool is opened: goes on, unless it must not. */
  public void resumeAll() {
    for (LayeredVolume origin : state.volumes().layered()) {
      for (SnapshotVolume snapshot : origin.snapshots()) {
        if (state.table().current().merges().get(snapshot.name()) == MergeStage.DUE) {
          dues.watch(snapshot);
        }
      }
    }
    state.volumes().layered().forEach(this::resume);
  }

  /** Goes on with what can, such as after a snapshot that forbade it has been removed. */
  void resume(LayeredVolume origin) {
    SnapshotVolume due = origin.due();
    RunningMerge merge = origin.merge();
    if (!origin.writable()) {
      return;
    }
    if (due != null) {
      dues.lookNow(due);
    } else if (merge != null && !merge.started()) {
      told(merge.volume(), "resumed");
      merge.start();
    }
  }

  /** Takes away what is merged, but could not be taken away when it was. */
  public void finishAll() {
    for (LayeredVolume origin : state.volumes().layered()) {
      RunningMerge merge = origin.merge();
      if (merge != null) {
        merge.end().run();
      }
    }
  }

  /** Goes on, at a mount, with a merge that was under way: its origin reads as merged. */
  public void reload(SnapshotVolume volume, Snapshot snapshot) throws ErrnoException {
    LayeredVolume origin = volume.takenOf();
    volume.opens().retireNow();
    volume.cutForMerge();
    origin.begin(prepare(volume, snapshot, "resumed"));
  }

  /** Goes on no more, at a mount, with a merge whose snapshot was found Invalid. */
  public void drop(SnapshotVolume volume) throws IOException {
    if (!state.options().readOnly()) {
      volume.origin().naming().changing(); // it is neither what it was nor what was merged
      state.table().changeThoughFull(table -> table.withMerge(volume.name(), null));
    }
    state
        .log()
        .error(
            "the merge of "
                + volume.name()
                + " cannot go on, as it is Invalid; "
                + volume.takenOf().name()
                + " holds what was merged until then, and may be inconsistent");
  }

  /** The merge of {@code volume}, which is {@code begun}: started, or resumed. */
  private RunningMerge prepare(SnapshotVolume volume, Snapshot snapshot, String begun)
      throws ErrnoException {
    LayeredVolume origin = volume.takenOf();
    MergeEnd end = new MergeEnd(state, volume, begun);
    SnapshotMerge target = new SnapshotMerge(origin.asOrigin(), snapshot, end);
    return new RunningMerge(volume, target, new CowDevice(origin, volume), end::finishNow);
  }

  /** Starts, unless someone has opened either of the two meanwhile; whether it did. */
  boolean start(SnapshotVolume volume, boolean force) throws IOException {
    Snapshot snapshot = volume.snapshot();
    if (snapshot == null) {
      throw new ErrnoException(Errno.EIO, volume.name() + " is not loaded");
    }
    LayeredVolume origin = volume.takenOf();
    state.table().settle();
    origin.flush(); // here, so that little is left to flush while requests are held
    volume.flushIfValid();
    Hold.during(origin, () -> startInside(volume, snapshot, force));
    RunningMerge merge = origin.merge();
    if (merge == null) {
      return false;
    }
    DueMerges.forget(volume);
    if (volume.opens().any()) {
      state.caches().drop(volume); // while it can still be opened by name
    }
    volume.opens().retireNow();
    if (volume.opens().any()) {
      state.volumes().bury(volume);
    }
    state.volumes().publish();
    if (origin.opens().any()) {
      state.caches().drop(origin);
    }
    told(volume, "started");
    merge.start();
    return true;
  }

  private void startInside(SnapshotVolume volume, Snapshot snapshot, boolean force)
      throws IOException {
    LayeredVolume origin = volume.takenOf();
    origin.freshness().cachesStale(); // first: whoever opens it from now on reads nothing cached
    if (!force && (origin.opens().any() || !volume.opens().retire(0))) {
      return;
    }
    Identity merged = origin.naming().identity().reads(volume.naming().identity().content());
    try {
      origin.served().target().flush();
      volume.flushIfValid();
      Refusals.ofInvalid(volume);
      state
          .table()
          .changeThoughFull(
              table ->
                  table
                      .withMerge(volume.name(), MergeStage.RUNNING)
                      .withIdentity(origin.name(), merged));
    } catch (IOException | RuntimeException failure) {
      volume.opens().unretire();
      throw failure;
    }
    volume.cutForMerge();
    volume.freshness().contentChanged();
    Names.of(state, origin).become(merged);
    origin.begin(prepare(volume, snapshot, "started"));
    origin.freshness().contentChanged();
  }

  private void told(SnapshotVolume volume, String what) {
    String which = volume.name() + " into " + volume.takenOf().name();
    state.log().info("Merging of volume " + which + " " + what);
  }
}
