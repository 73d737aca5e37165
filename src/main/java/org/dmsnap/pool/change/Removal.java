package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.RunningMerge;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;

/** Removes volumes and their files. */
public final class Removal {

  /** How long a volume that is open is given to close: close(2) returns before it is. */
  private static final long CLOSING_MILLIS = 1000;

  private final PoolState state;

  /** Removes from {@code state}'s pool. */
  public Removal(PoolState state) {
    this.state = state;
  }

  /** Removes what bears that name, and goes on with a merge that it held up. */
  public void remove(String name) throws IOException {
    if (state.leftOut(name)) {
      removeLeftOut(name);
      return;
    }
    LayeredVolume volume = state.volume(name);
    if (volume instanceof SnapshotVolume snapshot && HandingDown.needed(snapshot)) {
      refuseMerging(snapshot);
      retire(snapshot);
      new HandingDown(state).begin(snapshot);
      return;
    }
    remove(volume);
    if (volume instanceof SnapshotVolume snapshot) {
      new Merging(state).resume(snapshot.origin()); // which it may have made read-only
    }
  }

  /** Removes {@code volume}: a snapshot, or an origin that has none. */
  private void remove(LayeredVolume volume) throws IOException {
    Refusals.withSnapshots(volume, "removed");
    if (!state.table().current().snapshotsOf(volume.name()).isEmpty()) {
      throw new ErrnoException(Errno.EBUSY, volume.name() + " has snapshots in the pool's table");
    }
    refuseMerging(volume);
    boolean merging = state.table().current().merges().get(volume.name()) == MergeStage.RUNNING;
    retire(volume);
    try {
      unlist(volume);
    } catch (IOException | RuntimeException failure) {
      volume.opens().unretire();
      throw failure;
    }
    if (volume instanceof SnapshotVolume snapshot) {
      if (merging) {
        snapshot.origin().naming().changing(); // which it has, by half a merge
        state
            .log()
            .warning(
                "the merge of "
                    + snapshot.name()
                    + " had not ended: its origin "
                    + snapshot.origin().name()
                    + " may be inconsistent");
      }
      dismantle(snapshot);
    } else if (volume instanceof OriginVolume origin) {
      dismantle(origin);
    }
    delete(volume.file());
  }

  /**
   * Removes what is listed and was left out when the pool was opened, and its file if it has one.
   */
  private void removeLeftOut(String name) throws IOException {
    PoolTable table = state.table().current();
    List<String> snapshots = table.snapshotsOf(name);
    if (!snapshots.isEmpty()) {
      throw new ErrnoException(
          Errno.EBUSY,
          name + " has snapshots in the pool's table: remove " + String.join(", ", snapshots));
    }
    String file = table.origins().containsKey(name) ? PoolFiles.image(name) : PoolFiles.cow(name);
    String dying = PoolFiles.dying(file);
    rename(file, dying); // if what follows fails, the next mount undoes it
    state.directory().sync();
    state.table().changeThoughFull(without -> without.without(name));
    delete(dying);
  }

  private static void refuseMerging(Volume volume) throws ErrnoException {
    if (volume instanceof SnapshotVolume snapshot && snapshot.takenOf().due() == snapshot) {
      throw new ErrnoException(
          Errno.EBUSY, "Can't remove merging snapshot logical volume " + snapshot.name());
    }
  }

  /**
   * Removes a snapshot whose merge has ended, and leaves its origin as it then is.
   *
   * @param tell says so, before it is seen: whoever finds it gone finds out why
   */
  void removeMerged(SnapshotVolume snapshot, Runnable tell) throws IOException {
    LayeredVolume origin = snapshot.origin();
    unlist(snapshot);
    tell.run();
    Hold.during(
        origin,
        () -> {
          RunningMerge merge = origin.merge();
          if (merge != null) {
            merge.hiddenCow().cut();
          }
          origin.endMerge();
        });
    state.volumes().publish();
    closeAndDelete(snapshot);
  }

  /** Takes out of the table one that others read through, so that they do not; the gate is held. */
  void unlistBetween(SnapshotVolume snapshot) throws IOException {
    String name = snapshot.name();
    unlist(snapshot, table -> table.withLeaf(name).without(name));
  }

  /** Closes what is out of the table, and deletes its file. */
  void closeAndDelete(SnapshotVolume snapshot) {
    close(snapshot, snapshot::close);
    delete(snapshot.file());
  }

  private void retire(Volume volume) throws IOException {
    state.stalls().stalling(); // the thread that releases it may be waiting for this one's place
    try {
      if (!volume.opens().retire(CLOSING_MILLIS)) {
        throw new ErrnoException(
            Errno.EBUSY, volume.name() + " is open; unmount or close it first");
      }
    } finally {
      state.stalls().resumed();
    }
  }

  /** Takes it out of the table durably; its file then has a name that the next mount deletes. */
  private void unlist(Volume volume) throws IOException {
    unlist(volume, table -> table.without(volume.name()));
  }

  private void unlist(Volume volume, UnaryOperator<PoolTable> without) throws IOException {
    String file = volume.file();
    if (file.isEmpty()) {
      return; // transient: never listed
    }
    String dying = PoolFiles.dying(file(volume));
    boolean renamed = !file.equals(dying) && rename(file, dying);
    try {
      state.directory().sync();
      state.table().changeThoughFull(without);
    } catch (IOException | RuntimeException failure) {
      if (renamed) {
        undo(volume, dying, failure);
      }
      throw failure;
    }
    volume.fileRenamed(dying);
  }

  private static String file(Volume volume) {
    return volume instanceof OriginVolume
        ? PoolFiles.image(volume.name())
        : PoolFiles.cow(volume.name());
  }

  private boolean rename(String file, String dying) throws IOException {
    if (!state.directory().holds(file)) {
      return false; // a snapshot whose COW file is missing
    }
    if (state.directory().holds(dying)) {
      state.directory().delete(dying); // of a removal whose deletion failed
    }
    state.directory().rename(file, dying);
    return true;
  }

  /** Gives the file its name back, unless a power cut might make the removal happen after all. */
  private void undo(Volume volume, String dying, Exception failure) {
    if (state.table().uncertain()) {
      volume.fileRenamed(dying);
      return;
    }
    try {
      state.directory().rename(dying, volume.file());
      state.directory().sync();
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
      volume.fileRenamed(dying);
    }
  }

  private void dismantle(SnapshotVolume snapshot) {
    LayeredVolume origin = snapshot.origin();
    Hold.during(
        origin,
        () -> {
          origin.detach(snapshot);
          snapshot.served().cut(snapshot.name() + " has been removed");
          snapshot.hiddenCow().cut();
        });
    state.volumes().publish();
    close(snapshot, snapshot::close);
  }

  private void dismantle(OriginVolume origin) {
    Hold.during(origin, () -> origin.served().cut(origin.name() + " has been removed"));
    origin.resume();
    state.volumes().remove(origin);
    close(origin, origin.image()::close);
  }

  /** Something that can be closed. */
  private interface Closing {
    void close() throws IOException;
  }

  private void close(Volume volume, Closing closing) {
    try {
      if (volume instanceof SnapshotVolume snapshot) {
        state.legacies().gone(snapshot.cow());
      } else if (volume instanceof OriginVolume origin) {
        origin.legacy().release();
      }
      closing.close();
    } catch (IOException failure) {
      state.log().warning("closing " + volume.file() + ": " + failure.getMessage());
    }
  }

  private void delete(String file) {
    if (file.isEmpty()) {
      return; // a transient snapshot's has gone with its last descriptor
    }
    try {
      if (state.directory().holds(file)) {
        state.directory().delete(file);
      }
    } catch (IOException | RuntimeException failure) {
      state.log().warning(file + " stays until the next mount: " + failure.getMessage());
    }
  }
}
