package org.dmsnap.engine;

import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ExceptionStore;
import org.jspecify.annotations.Nullable;

/** Allocates on a COW device, and lets the listener grow it before it is full. */
final class CowSpace {

  private final Snapshot snapshot;
  private final ExceptionStore store;
  private final SnapshotListener listener;
  private volatile long alarmSectors; // 0: not asked for yet

  CowSpace(Snapshot snapshot, ExceptionStore store, SnapshotListener listener) {
    this.snapshot = snapshot;
    this.store = store;
    this.listener = listener;
  }

  /** Up to {@code wanted} chunks that lie next to each other, or null if there is no room. */
  @Nullable ChunkRun prepare(long wanted) {
    ring(neededFor(wanted));
    return store.prepare(wanted);
  }

  /** Whether {@code chunks} fit, after growing where that helps. */
  boolean makeRoom(long chunks) {
    ring(neededFor(chunks));
    return store.hasRoom(chunks);
  }

  /** Whether {@code chunks} fit without growing, or even a warning. */
  boolean hasQuietRoom(long chunks) {
    if (chunks == 0) {
      return true;
    }
    ring(neededFor(0));
    return neededFor(chunks) <= alarmSectors && store.hasRoom(chunks);
  }

  private long neededFor(long chunks) {
    return store.usage().allocatedSectors() + chunks * store.chunkSize().sectors();
  }

  private void ring(long neededSectors) {
    if (alarmSectors != 0 && neededSectors <= alarmSectors) {
      return;
    }
    synchronized (this) {
      if (alarmSectors == 0 || neededSectors > alarmSectors) {
        alarmSectors = listener.filling(snapshot, neededSectors);
      }
    }
  }
}
