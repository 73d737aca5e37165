package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.Moment;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;

/**
 * Makes snapshots ones of their origins as those are now, in one moment: an empty store of the same
 * kind and size takes the place of each one's own, of all, or of none.
 *
 * <p>Which volumes there are stays the same, and so do their lines in the table: so that says, of
 * each, that its store is the one in the file of a new one; until that has taken the place of the
 * other.
 */
public final class Reset {

  /** How long a snapshot that is open is given to close: close(2) returns before it is. */
  private static final long CLOSING_MILLIS = 1000;

  private final PoolState state;

  /** Resets in {@code state}'s pool. */
  public Reset(PoolState state) {
    this.state = state;
  }

  /** Resets those of these names, which must be snapshots that nobody has open. */
  public void reset(List<String> names) throws IOException {
    Members members = new Members(names, "reset");
    List<Renewal> all = new ArrayList<>();
    for (String name : names) {
      members.member(name, () -> all.add(new Renewal(state, checked(state.volume(name), all))));
    }
    String told;
    try {
      for (Renewal each : all) {
        members.member(each.volume().name(), each::make);
      }
      if (!persistent(all).isEmpty()) {
        state.directory().sync();
      }
      told = Moment.of(origins(all), () -> unlessOpen(all, members, 0));
    } catch (IOException | RuntimeException failure) {
      all.forEach(each -> each.undo(failure));
      throw failure;
    }
    state.tell(told);
    all.forEach(Renewal::closeOld);
    List<SnapshotVolume> listed = persistent(all).stream().map(Renewal::volume).toList();
    if (!listed.isEmpty()) {
      finish(listed);
    }
  }

  private SnapshotVolume checked(Volume volume, List<Renewal> before) throws IOException {
    if (!(volume instanceof SnapshotVolume snapshot)) {
      throw new IllegalArgumentException(
          volume.name() + " is an origin; a snapshot of it can be reset");
    }
    if (before.stream().anyMatch(each -> each.volume() == volume)) {
      throw new IllegalArgumentException(volume.name() + " is there twice");
    }
    Refusals.withSnapshots(snapshot, "reset");
    Refusals.whileMerging(snapshot.takenOf(), snapshot.name() + " cannot be reset");
    Refusals.ofRemoved(snapshot.takenOf(), snapshot.name() + " cannot be reset");
    checkReadable(snapshot.takenOf());
    checkFile(snapshot);
    awaitClosed(snapshot);
    return snapshot;
  }

  /** What reads through an Invalid one is Invalid itself. */
  private static void checkReadable(LayeredVolume origin) throws ErrnoException {
    if (origin instanceof SnapshotVolume below && !below.valid()) {
      throw new ErrnoException(Errno.EIO, below.name() + ", which it reads through, is Invalid");
    }
  }

  private void awaitClosed(Volume volume) throws IOException {
    state.stalls().stalling(); // the thread that releases it may be waiting for this one's place
    try {
      if (!volume.opens().awaitNone(CLOSING_MILLIS)) {
        throw isOpen(volume);
      }
    } finally {
      state.stalls().resumed();
    }
  }

  private static ErrnoException isOpen(Volume volume) {
    return new ErrnoException(
        Errno.EBUSY, volume.name() + " is open; unmount or close it before it is reset");
  }

  /**
   * Refuses one whose file did not get its name: the next store would be made under the name that
   * it has, or be taken, after a crash, for that of the reset before.
   */
  private void checkFile(SnapshotVolume volume) throws IOException {
    String file = PoolFiles.cow(volume.name());
    if (isReset(state, volume)) {
      finish(List.of(volume));
    } else if (volume.file().equals(PoolFiles.fresh(file))) {
      state.nameListed(file, volume);
    }
    if (volume.persistent() && !volume.file().equals(file)) {
      throw new ErrnoException(
          Errno.EIO,
          "the file of " + volume.name() + " is still called " + volume.file() + "; mount again");
    }
    refuseUnfinished(state, volume);
  }

  private static boolean isReset(PoolState state, SnapshotVolume volume) {
    return state.table().current().merges().get(volume.name()) == MergeStage.RESET;
  }

  /** Refuses what would have the table say something else of {@code volume} than that. */
  static void refuseUnfinished(PoolState state, SnapshotVolume volume) throws ErrnoException {
    if (isReset(state, volume)) {
      throw new ErrnoException(
          Errno.EIO,
          "the reset of " + volume.name() + " is finished by the next mount; mount again");
    }
  }

  private static List<Renewal> persistent(List<Renewal> all) {
    return all.stream().filter(each -> each.volume().persistent()).toList();
  }

  private static List<DatedDevice> fleeting(List<Renewal> all) {
    return all.stream().filter(each -> !each.volume().persistent()).map(Renewal::cow).toList();
  }

  private static List<LayeredVolume> origins(List<Renewal> all) {
    return all.stream().map(each -> each.volume().takenOf()).toList();
  }

  /** The moment: no change is under way, and nobody can open any of them, from one to the next. */
  private void unlessOpen(List<Renewal> all, Members members, int next) throws IOException {
    if (next == all.size()) {
      takeInside(all, members);
      return;
    }
    SnapshotVolume volume = all.get(next).volume();
    if (!volume.opens().unlessAny(() -> unlessOpen(all, members, next + 1))) {
      members.member(
          volume.name(),
          () -> {
            throw isOpen(volume);
          });
    }
  }

  private void takeInside(List<Renewal> all, Members members) throws IOException {
    for (Renewal each : all) {
      members.member(each.volume().name(), () -> checkReadable(each.volume().takenOf()));
    }
    list(persistent(all));
    state.legacies().taken(fleeting(all)); // no table lists them
    for (Renewal each : all) {
      Hold.views(each.volume().takenOf(), each::take);
    }
    state.volumes().publish();
  }

  private void list(List<Renewal> all) throws IOException {
    try {
      state.table().changeThoughFull(table -> reset(table, all));
    } catch (IOException failure) {
      if (state.table().uncertain()) {
        if (all.stream().anyMatch(each -> Beneath.moves(state, each.volume()))) {
          all.forEach(Renewal::keep); // right beside the others, whichever table is there
        } else {
          withdraw(all, failure);
        }
      }
      throw failure;
    }
  }

  private PoolTable reset(PoolTable table, List<Renewal> all) {
    PoolTable reset = table;
    for (Renewal each : all) {
      reset = Beneath.reset(state, reset, each.volume());
      reset = reset.withIdentity(each.volume().name(), each.identity());
    }
    return reset;
  }

  /**
   * A power cut may bring up a table that says that they are reset, after their origins have
   * changed: without the new files it means nothing.
   */
  private void withdraw(List<Renewal> all, IOException failure) {
    try {
      for (Renewal each : all) {
        each.delete();
      }
      state.directory().sync();
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
      all.forEach(each -> invalidate(each, failure));
    }
  }

  /** Else what a power cut brings up must be Invalid, and no origin be written before it is. */
  private void invalidate(Renewal renewal, IOException failure) {
    SnapshotVolume volume = renewal.volume();
    try {
      renewal.snapshot().invalidate("it could not be listed");
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
      renewal.keep();
      state
          .log()
          .error(
              volume.name()
                  + " was not reset, and that cannot be written to the disk: "
                  + volume.takenOf().name()
                  + " refuses writes until it can: "
                  + also.getMessage());
    }
  }

  /**
   * It has happened: the new files take the place of the others, durably, and only then the table
   * need not say so. What fails of this is done by the next reset, or by the next mount.
   */
  private void finish(List<SnapshotVolume> all) {
    try {
      for (SnapshotVolume volume : all) {
        name(volume, PoolFiles.cow(volume.name()));
      }
      state.directory().sync();
      state.table().changeThoughFull(table -> finished(table, all));
    } catch (IOException | RuntimeException failure) {
      state
          .log()
          .warning(
              "a reset has happened, but its files are put in order by the next mount: "
                  + failure.getMessage());
    }
  }

  private void name(SnapshotVolume volume, String file) throws IOException {
    if (!volume.file().equals(file)) {
      state.directory().replace(PoolFiles.fresh(file), file);
      volume.fileRenamed(file);
    }
  }

  private static PoolTable finished(PoolTable table, List<SnapshotVolume> all) {
    PoolTable finished = table;
    for (SnapshotVolume volume : all) {
      finished = finished.withMerge(volume.name(), null);
    }
    return finished;
  }
}
