package org.dmsnap.engine;

import java.util.List;

/**
 * What a request would take of the COW devices of snapshots: each chunk is counted once, in however
 * many pieces the request comes. For one thread.
 */
final class Needs {

  private final List<Snapshot> snapshots;
  private final long[] chunks;
  private final long[] countedBelow;

  Needs(List<Snapshot> snapshots) {
    this.snapshots = snapshots;
    this.chunks = new long[snapshots.size()];
    this.countedBelow = new long[snapshots.size()];
  }

  /** Adds a piece that is to be overwritten; pieces come in ascending order. */
  void add(NonZero piece) {
    for (int i = 0; i < chunks.length; i++) {
      Snapshot snapshot = snapshots.get(i);
      long end = snapshot.chunkSize().chunkOf(piece.position() + piece.length() - 1) + 1;
      long from = Math.max(countedBelow[i], snapshot.chunkSize().chunkOf(piece.position()));
      for (long chunk = from; chunk < end; chunk++) {
        chunks[i] += snapshot.exceptions().find(chunk) == ExceptionMap.NONE ? 1 : 0;
      }
      countedBelow[i] = Math.max(countedBelow[i], end);
    }
  }

  /** Whether there is room for all of it without growing. */
  boolean fitQuietly() {
    for (int i = 0; i < chunks.length; i++) {
      if (!snapshots.get(i).copyOut().hasQuietRoom(chunks[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is room for all of it, after growing where that helps. */
  boolean fit() {
    for (int i = 0; i < chunks.length; i++) {
      if (!snapshots.get(i).copyOut().makeRoom(chunks[i])) {
        return false;
      }
    }
    return true;
  }
}
