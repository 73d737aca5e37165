package org.dmsnap.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.table.CleanNote;
import org.dmsnap.pool.table.PoolFiles;
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
    for (OriginVolume origin : state.volumes().origins()) {
      origin.resume();
      if (!state.options().readOnly()) {
        attempt(origin.name(), origin::flushAll);
      }
    }
    report();
  }

  /** Resumes what is suspended and stops the merges; outside the command lock, which they take. */
  void stopMerges() {
    for (OriginVolume origin : state.volumes().origins()) {
      origin.resume();
      RunningMerge merge = origin.merge();
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
      attempt(PoolFiles.TABLE, () -> state.table().changeThoughFull(t -> t.withClean(notes)));
      attempt(PoolFiles.TABLE, state.table()::dropBallast);
    }
    for (OriginVolume origin : state.volumes().origins()) {
      close(origin);
    }
    attempt("the pool's directory", state.directory()::close);
    report();
  }

  private static List<SnapshotVolume> listed(OriginVolume origin) {
    return origin.dependents().stream().filter(SnapshotVolume::persistent).toList();
  }

  private void note(OriginVolume origin, Map<String, CleanNote> notes) throws IOException {
    origin.flushAll();
    origin.image().syncTimes(); // or a power cut undoes what the note is about to say
    BackingDirectory.Stat stat = state.directory().stat(origin.file());
    if (stat != null && !listed(origin).isEmpty()) {
      notes.put(origin.name(), new CleanNote(stat.size(), stat.modifiedSeconds()));
    }
  }

  private void close(OriginVolume origin) {
    long views = origin.gate().holdViews();
    try {
      for (SnapshotVolume snapshot : origin.dependents()) {
        snapshot.cut("the pool is closed");
        snapshot.hiddenCow().cut();
        attempt(snapshot.name(), snapshot::close);
      }
      RunningMerge merge = origin.merge();
      if (merge != null) {
        merge.hiddenCow().cut();
      }
      origin.cut("the pool is closed");
      attempt(origin.name(), origin.image()::close);
    } finally {
      origin.gate().releaseViews(views);
    }
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
