package org.dmsnap.engine;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStore;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as the writes of its origin see it: what must be copied out before the origin's chunk
 * may be overwritten. A failing snapshot never fails the origin: it becomes Invalid, by the rule of
 * {@link Validity}.
 */
final class CopyOutTarget {

  private final Snapshot snapshot;
  private final ExceptionStore store;
  private final ChunkSize chunkSize;
  private final ExceptionMap exceptions;
  private final CowSpace space;
  private volatile @Nullable IOException unhardened; // of the last drain; one runs at a time

  CopyOutTarget(Snapshot snapshot, ExceptionMap exceptions, CowSpace space) {
    this.snapshot = snapshot;
    this.store = snapshot.store();
    this.chunkSize = store.chunkSize();
    this.exceptions = exceptions;
    this.space = space;
  }

  /** Whether a range of the origin may be overwritten as far as this snapshot goes. */
  boolean settled(long position, long length) throws IOException {
    if (!snapshot.valid()) {
      snapshot.ensureInvalidRecorded();
      return true;
    }
    long last = chunkSize.chunkOf(position + length - 1);
    for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
      long newChunk = exceptions.find(chunk);
      if (newChunk == ExceptionMap.NONE || !store.durable(newChunk)) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is room to copy out so many chunks without growing. */
  boolean hasQuietRoom(long chunks) {
    return !snapshot.valid() || space.hasQuietRoom(chunks);
  }

  /** Whether there is room to copy out so many chunks, after growing where that helps. */
  boolean makeRoom(long chunks) {
    return !snapshot.valid() || space.makeRoom(chunks);
  }

  /** Whether there is room to copy out a range, after growing where that helps. */
  boolean makeRoom(long position, long length) {
    return !snapshot.valid() || space.makeRoom(exceptions.missing(position, length));
  }

  /** Prepares chunks for what of a range has no exception, or does what {@code mode} says. */
  void plan(long position, int length, ChunkCopier copier, CopyOutMode mode) throws IOException {
    long end = chunkSize.chunkOf(position + length - 1) + 1;
    for (long chunk = chunkSize.chunkOf(position); chunk < end && snapshot.valid(); chunk++) {
      long from = chunk;
      while (chunk < end && exceptions.find(chunk) == ExceptionMap.NONE) {
        chunk++;
      }
      prepare(from, chunk, copier, mode);
    }
  }

  private void prepare(long from, long to, ChunkCopier copier, CopyOutMode mode)
      throws IOException {
    while (from < to) {
      boolean quiet = mode == CopyOutMode.QUIET;
      ChunkRun run = quiet ? space.prepareQuietly(to - from) : space.prepare(to - from);
      if (run == null) {
        full(mode);
        return;
      }
      copier.add(snapshot, from, run);
      from += run.count();
    }
  }

  /** Takes exceptions whose chunks have been written; does what {@code mode} says if it fails. */
  void copied(long oldFirst, ChunkRun run, CopyOutMode mode) throws IOException {
    try {
      commit(oldFirst, run);
    } catch (IOException e) {
      if (mode.spares()) {
        throw spared(e, mode);
      }
      snapshot.invalidate(Validity.IO_ERROR, e);
    }
  }

  /** Takes exceptions whose chunks have been written, be it for the snapshot's own sake. */
  void commit(long oldFirst, ChunkRun run) throws IOException {
    try {
      store.commit(oldFirst, run);
    } catch (IOException e) {
      store.abandon(run); // it would hold up what follows
      throw e;
    }
    exceptions.add(oldFirst, run);
  }

  /** Gives prepared chunks back; what the snapshot shows of them is about to be overwritten. */
  void copyFailed(ChunkRun run, IOException failure, CopyOutMode mode) throws IOException {
    store.abandon(run);
    failed(failure, mode);
  }

  /** Waits until the exceptions of a range are durable; does what {@code mode} says if not. */
  void harden(long position, long length, CopyOutMode mode) throws IOException {
    if (snapshot.valid()) {
      try {
        awaitDurable(position, length);
      } catch (IOException e) {
        failed(e, mode);
      }
    }
    if (!snapshot.valid()) {
      snapshot.ensureInvalidRecorded();
    }
  }

  /** Waits until all exceptions are durable; what cannot be is {@link #demand}'s affair. */
  void hardenAll() {
    unhardened = null;
    if (snapshot.valid()) {
      try {
        store.awaitAllDurable();
      } catch (IOException e) {
        unhardened = e;
      }
    }
  }

  /**
   * Whether a range is {@link #settled}, after {@link #hardenAll}: if not since that failed, does
   * what {@code mode} says.
   */
  boolean demand(long position, long length, CopyOutMode mode) throws IOException {
    IOException failure = unhardened;
    if (failure != null && !settled(position, length)) {
      failed(failure, mode);
    }
    return settled(position, length);
  }

  private void failed(IOException failure, CopyOutMode mode) throws IOException {
    if (ErrnoException.saysFull(failure)) {
      full(failure, mode);
    } else if (mode.spares()) {
      throw spared(failure, mode); // nothing is lost: nothing has been overwritten
    } else {
      snapshot.invalidate(Validity.IO_ERROR, failure);
    }
  }

  private void full(CopyOutMode mode) throws IOException {
    if (mode == CopyOutMode.INVALIDATE) {
      snapshot.invalidate(Validity.NO_SPACE);
    } else {
      full(new ErrnoException(Errno.ENOSPC, "a snapshot of the origin is full"), mode);
    }
  }

  private void full(IOException failure, CopyOutMode mode) throws IOException {
    switch (mode) {
      case INVALIDATE -> snapshot.invalidate(Validity.NO_SPACE, failure);
      case REFUSE -> {
        space.refused();
        throw failure;
      }
      case QUIET, SPARE -> throw spared(failure, mode);
    }
  }

  private static IOException spared(IOException failure, CopyOutMode mode) {
    if (mode == CopyOutMode.SPARE) {
      return failure;
    }
    return new ErrnoException(
        Errno.EOPNOTSUPP,
        "a snapshot cannot take what a discard would need it to: " + failure.getMessage(),
        failure);
  }

  private void awaitDurable(long position, long length) throws IOException {
    long last = chunkSize.chunkOf(position + length - 1);
    for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
      long newChunk = exceptions.find(chunk);
      if (newChunk != ExceptionMap.NONE) {
        store.awaitDurable(newChunk);
      }
    }
  }
}
