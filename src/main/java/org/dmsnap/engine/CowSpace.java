package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ExceptionStore;
import org.jspecify.annotations.Nullable;

/**
 * Allocates on a COW device, and has the listener grow it before it is full.
 *
 * <p>Looking how full it is and taking some of it are one step: whoever else allocates in between
 * would use up what there was room for, and a device that could have grown would be full.
 */
final class CowSpace {

  private final Snapshot snapshot;
  private final ExceptionStore store;
  private final SnapshotListener listener;

  CowSpace(Snapshot snapshot, ExceptionStore store, SnapshotListener listener) {
    this.snapshot = snapshot;
    this.store = store;
    this.listener = listener;
  }

  /** Up to {@code wanted} chunks that lie next to each other, or null if there is no room. */
  synchronized @Nullable ChunkRun prepare(long wanted) {
    grow(wanted);
    return take(wanted);
  }

  /** As {@link #prepare}; null, too, if it would have to grow. */
  synchronized @Nullable ChunkRun prepareQuietly(long wanted) {
    return hasQuietRoom(wanted) ? take(wanted) : null;
  }

  /** Whether {@code chunks} fit, after growing where that helps. */
  synchronized boolean makeRoom(long chunks) {
    grow(chunks);
    if (store.hasRoom(chunks)) {
      return true;
    }
    refused();
    return false;
  }

  /** Something is refused for want of space. */
  void refused() {
    listener.refused(snapshot);
  }

  /** An own write, or making own writes durable, fails for this reason. */
  void failed(IOException failure) {
    if (ErrnoException.saysFull(failure)) {
      refused();
    } else {
      listener.failed(snapshot, failure);
    }
  }

  /** Whether {@code chunks} fit, and it need not grow for them. */
  synchronized boolean hasQuietRoom(long chunks) {
    boolean grows = store.allocatedSectorsWith(chunks) > listener.growsAbove(snapshot);
    return chunks == 0 || (store.hasRoom(chunks) && !grows);
  }

  private void grow(long chunks) {
    long needed = store.allocatedSectorsWith(chunks);
    if (needed > listener.growsAbove(snapshot)) {
      listener.filling(snapshot, needed);
    }
  }

  private @Nullable ChunkRun take(long wanted) {
    ChunkRun run = store.prepare(wanted);
    if (run != null) {
      listener.filled(snapshot, store.allocatedSectorsWith(0));
    }
    return run;
  }
}
