package org.dmsnap.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.change.Merging;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.CleanNote;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.RunningMerge;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;
import org.jspecify.annotations.Nullable;

/** Ends a pool's being open, whatever fails on the way, and says what was lost. */
final class CleanStop {

  private final PoolState state;
  private final List<String> lost = new ArrayList<>();
  private @Nullable Exception first;

  /** Stops {@code state}'s pool. */
  CleanStop(PoolState state) {
    this.state = state;
  }

  /** Resumes what is suspended and makes everything durable; the pool stays open. */
  void commit() throws IOException {
    state.volumes().origins().forEach(OriginVolume::resume);
    flush();
  }

  /** Makes everything durable; the pool stays open. */
  void flush() throws IOException {
    for (OriginVolume origin : state.volumes().origins()) {
      if (!state.options().readOnly()) {
        attempt(origin.name(), origin::flushAll);
      }
    }
    report();
  }

  /**
   * Resumes what is suspended and stops the merges and removals; outside the command lock, which
   * they take.
   */
  void stopMerges() {
    for (OriginVolume origin : state.volumes().origins()) {
      origin.resume();
    }
    state.handDowns().stop();
    for (LayeredVolume volume : state.volumes().layered()) {
      RunningMerge merge = volume.merge();
      if (merge != null) {
        merge.stop();
      }
    }
  }

  /** Commits, notes how the origins are, closes everything. */
  void stop() throws IOException {
    Map<String, CleanNote> notes = new TreeMap<>();
    new Merging(state).finishAll(); // before changes are held
    for (OriginVolume origin : state.volumes().origins()) {
      origin.resume();
      origin.gate().holdChanges(); // for good: what comes now was not acknowledged, nor will be
      if (!state.options().readOnly()) {
        attempt(origin.name(), () -> note(origin, notes));
      }
    }
    if (!state.options().readOnly()) {
      attempt(PoolFiles.TABLE, () -> write(notes));
      attempt(PoolFiles.TABLE, state.table()::dropBallast);
    }
    for (OriginVolume origin : state.volumes().origins()) {
      close(origin);
    }
    attempt("what was left to a successor", state.legacies().succession()::end);
    attempt("the pool's directory", state.directory()::close);
    report();
  }

  /** Closes everything, and leaves no trace of its having been open. */
  void abandon() throws IOException {
    for (OriginVolume origin : state.volumes().origins()) {
      close(origin);
    }
    attempt("the pool's directory", state.directory()::giveUp);
    report();
  }

  private void note(OriginVolume origin, Map<String, CleanNote> notes) throws IOException {
    origin.flushAll();
    origin.image().syncTimes(); // or a power cut undoes what the note is about to say
    note(origin, origin.real(), notes);
    for (SnapshotVolume snapshot : origin.tree()) {
      if (snapshot.persistent()) {
        note(snapshot, snapshot.hiddenCow(), notes);
      }
    }
  }

  /** Notes nothing of a file that the next mount will rename, which changes its ctime. */
  private void note(Volume volume, Device beneath, Map<String, CleanNote> notes)
      throws IOException {
    BackingDirectory.Stat stat = state.directory().stat(volume.file());
    if (stat != null && !PoolFiles.own(volume.file())) {
      long shown = volume.changedNanos();
      notes.put(
          volume.name(), new CleanNote(stat.size(), stat.times(), shown, beneath.changedNanos()));
    }
  }

  /**
   * A note is written only once it is older than what comes next: whatever is changed in the tick
   * that it notes would look like what it notes.
   */
  private void write(Map<String, CleanNote> notes) throws IOException {
    state.directory().awaitTick(notes.values().stream().map(CleanNote::times).toList());
    state.table().changeThoughFull(table -> table.withClean(notes));
  }

  private void close(OriginVolume origin) {
    long views = origin.gate().holdViews();
    try {
      List<SnapshotVolume> tree = origin.tree();
      for (SnapshotVolume snapshot : tree) {
        cut(snapshot);
        snapshot.hiddenCow().cut();
      }
      cut(origin);
      for (int i = tree.size() - 1; i >= 0; i--) { // whoever reads through another first
        attempt(tree.get(i).name(), tree.get(i)::close);
      }
      attempt(origin.name(), origin.image()::close);
    } finally {
      origin.gate().releaseViews(views);
    }
  }

  private static void cut(LayeredVolume volume) {
    RunningMerge merge = volume.merge();
    if (merge != null) {
      merge.hiddenCow().cut();
    }
    volume.served().cut("the pool is closed");
  }

  /** A step that may fail. */
  private interface Step {
    void run() throws IOException;
  }

  private void attempt(String what, Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException failure) {
      lost.add(what + " (" + failure.getMessage() + ")");
      if (first == null) {
        first = failure;
      }
    }
  }

  private void report() throws IOException {
    if (first != null) {
      throw new ErrnoException(
          Errno.EIO,
          "not everything could be written; what was written last and not fsynced may be lost of: "
              + String.join(", ", lost),
          first);
    }
  }
}
