package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.MergeRun;
import org.jspecify.annotations.Nullable;

/**
 * The thread that copies a snapshot's chunks back to the image, newest first, in batches that share
 * two flushes.
 *
 * <p>The order of a batch is the order of the lines of {@link #merge}: copied out to the other
 * snapshots, durably; copied to the image; the image flushed; and only then forgotten. A crash
 * anywhere repeats the batch. The gate is entered for each batch anew, so suspend holds the merge.
 */
final class Merger implements Runnable {

  private final SnapshotMerge merge;
  private final Origin origin;
  private final ExceptionStore store;
  private final ChunkSize chunkSize;
  private final ExceptionMap exceptions;
  private final MergeListener listener;
  private final MergeCopier copier;
  private final BatchSize batchSize;
  private volatile @Nullable MergeBatch batch;
  private volatile @Nullable Thread thread;
  private volatile boolean stopping;
  private volatile boolean failed;
  private final AtomicLong mergedBytes = new AtomicLong();

  Merger(SnapshotMerge merge, Origin origin, MergeListener listener, long mostBatchBytes) {
    this.merge = merge;
    this.origin = origin;
    this.store = merge.snapshot().store();
    this.chunkSize = merge.snapshot().chunkSize();
    this.exceptions = merge.snapshot().exceptions();
    this.listener = listener;
    this.copier = new MergeCopier(merge.snapshot().cow(), origin.image(), chunkSize);
    this.batchSize = new BatchSize(chunkSize, mostBatchBytes);
  }

  boolean failed() {
    return failed;
  }

  long mergedBytes() {
    return mergedBytes.get();
  }

  /** The batch under way if it has {@code chunk}; the caller holds the lock of its region. */
  @Nullable MergeBatch batchWith(long chunk) {
    MergeBatch now = batch;
    return now != null && now.contains(chunk) ? now : null;
  }

  void start() {
    Thread started = new Thread(this, "dmsnap-merge");
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  void stop() {
    stopping = true;
    join();
  }

  void join() {
    Thread running = thread;
    boolean interrupted = false;
    while (running != null && running != Thread.currentThread() && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true; // the batch must end all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        if (!mergeSome()) {
          listener.finished(merge);
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      failed = true;
      listener.failed(merge, String.valueOf(e.getMessage()));
    }
  }

  private boolean mergeSome() throws IOException {
    long stamp = origin.gate().enterChange();
    try {
      long begun = System.nanoTime();
      List<MergeRun> runs = store.prepareMerge(batchSize.chunks());
      if (runs.isEmpty()) {
        return false;
      }
      merge(runs);
      batchSize.took(System.nanoTime() - begun);
      return true;
    } finally {
      origin.gate().leaveChange(stamp);
    }
  }

  private void merge(List<MergeRun> runs) throws IOException {
    takeRoom(runs);
    copyOut(runs);
    MergeBatch busy = new MergeBatch(runs);
    batch = busy; // from here on writes to these chunks wait
    try {
      origin.locks().drain(); // writes that began before have ended
      if (busy.overlaps()) {
        copier.copy(runs);
      } else {
        copier.copyByTwo(runs);
      }
      origin.image().sync();
      long chunks = runs.stream().mapToLong(run -> run.run().count()).sum();
      store.commitMerge(chunks);
      mergedBytes.addAndGet(chunkSize.positionOf(chunks));
      runs.forEach(exceptions::remove);
    } finally {
      batch = null;
      busy.finish();
    }
  }

  /** Into a snapshot: a merge that it has no room for is not to cost it its content. */
  private void takeRoom(List<MergeRun> runs) throws IOException {
    Snapshot beneath = origin.beneath();
    if (beneath != null) {
      for (MergeRun run : runs) {
        long start = copier.start(run);
        takeRoom(beneath, start, copier.end(run) - start);
      }
    }
  }

  private static void takeRoom(Snapshot beneath, long position, long length) throws IOException {
    try {
      beneath.origin().give(beneath, position, length);
    } catch (IOException failure) {
      if (!ErrnoException.saysFull(failure)) {
        throw failure;
      }
      throw new ErrnoException(
          Errno.ENOSPC, "the snapshot that it merges into is full; extend that", failure);
    }
  }

  private void copyOut(List<MergeRun> runs) throws IOException {
    if (origin.snapshots().isEmpty()) {
      return;
    }
    for (MergeRun run : runs) {
      long start = copier.start(run);
      origin.copyOut(start, copier.end(run) - start, CopyOutMode.INVALIDATE);
    }
    for (MergeRun run : runs) {
      long start = copier.start(run);
      origin.harden(start, copier.end(run) - start, CopyOutMode.INVALIDATE);
    }
  }
}
