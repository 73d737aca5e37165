package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.change.Merging;
import org.dmsnap.pool.change.StackWork;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * What a mount changes in a pool before it serves it: all of it is open and locked by now, and
 * whatever could have refused the mount has not.
 *
 * @param state what is loaded
 * @param recovery knows what a crash has cut short
 * @param dropped snapshots that were merging, and are Invalid
 */
public record Beginning(PoolState state, Recovery recovery, List<SnapshotVolume> dropped) {

  /** Finishes what a crash cut short, corrects the table, and goes on with merges. */
  public void begin() throws IOException {
    if (!state.options().readOnly()) {
      state.directory().sync(); // what a server that died has renamed, the table above all
      recovery.finish(this::renamed);
      correct();
      recordInvalid(); // before anything is written that such a snapshot would have wanted copied
    }
    for (SnapshotVolume volume : dropped) {
      new Merging(state).drop(volume);
    }
    if (!state.options().readOnly()) {
      new Inheritance(state).begin();
    }
    new Merging(state).resumeAll();
    new StackWork(state).resume();
  }

  /**
   * What reads through an Invalid one is Invalid, and was not yet when the power was cut; and what
   * is found so may have been written by a server that died before that was durable.
   */
  private void recordInvalid() throws IOException {
    for (LayeredVolume volume : state.volumes().layered()) {
      if (volume instanceof SnapshotVolume snapshot) {
        snapshot.recordIfInvalid();
      }
    }
  }

  private void renamed(String from, String to) {
    for (OriginVolume origin : state.volumes().origins()) {
      Stream.concat(Stream.of(origin), origin.tree().stream())
          .filter(volume -> volume.file().equals(from))
          .forEach(volume -> volume.fileRenamed(to));
    }
  }

  private void correct() throws IOException {
    try {
      state.table().change(this::corrected);
    } catch (IOException failure) {
      if (ErrnoException.saysFull(failure)) {
        throw new ErrnoException(
            Errno.ENOSPC,
            "the pool's file system is full, and "
                + PoolFiles.TABLE
                + " cannot be written: make some room, or mount with -o ro",
            failure);
      }
      throw failure;
    }
    IOException none = state.table().takeBallast();
    if (none != null) {
      state
          .log()
          .warning(
              ErrnoException.saysFull(none)
                  ? "the pool's file system is full; removals and a clean stop need some room"
                  : "no space can be set aside for removals and a clean stop when it is full: "
                      + none.getMessage());
    }
  }

  private PoolTable corrected(PoolTable table) {
    PoolTable corrected = table;
    for (OriginVolume origin : state.volumes().origins()) { // notes of what is left out stay true
      corrected = corrected.withoutClean(List.of(origin.name()));
      corrected = corrected.withoutClean(corrected.treeOf(origin.name()));
      corrected = corrected.withOrigin(origin.name(), Sectors.in(origin.size()));
      corrected = corrected.withIdentity(origin.name(), origin.naming().identity());
      for (SnapshotVolume snapshot : origin.tree()) {
        if (snapshot.persistent()) {
          corrected = corrected.withSnapshot(snapshot.name(), snapshot.entry());
          corrected = withoutReset(corrected, snapshot);
          corrected = corrected.withIdentity(snapshot.name(), snapshot.naming().identity());
        }
      }
    }
    return corrected;
  }

  /** The table need not say that it is reset once its file has its name. */
  private static PoolTable withoutReset(PoolTable table, SnapshotVolume snapshot) {
    boolean reset = table.merges().get(snapshot.name()) == MergeStage.RESET;
    return reset && snapshot.file().equals(PoolFiles.cow(snapshot.name()))
        ? table.withMerge(snapshot.name(), null)
        : table;
  }
}
