package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
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

  /** What a batch copies at most: enough for its two flushes not to matter. */
  static final long BATCH_BYTES = 16 << 20;

  private final SnapshotMerge merge;
  private final Origin origin;
  private final BlockDevice cow;
  private final ExceptionStore store;
  private final ChunkSize chunkSize;
  private final ExceptionMap exceptions;
  private final MergeListener listener;
  private final long batchChunks;
  private volatile @Nullable MergeBatch batch;
  private volatile @Nullable Thread thread;
  private volatile boolean stopping;
  private volatile boolean failed;
  private final AtomicLong mergedBytes = new AtomicLong();

  Merger(SnapshotMerge merge, Origin origin, MergeListener listener, long batchBytes) {
    this.merge = merge;
    this.origin = origin;
    this.cow = merge.snapshot().cow();
    this.store = merge.snapshot().store();
    this.chunkSize = merge.snapshot().chunkSize();
    this.exceptions = merge.snapshot().exceptions();
    this.listener = listener;
    this.batchChunks = Math.max(1, batchBytes >> chunkSize.shift());
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
      List<MergeRun> runs = store.prepareMerge(batchChunks);
      if (runs.isEmpty()) {
        return false;
      }
      merge(runs);
      return true;
    } finally {
      origin.gate().leaveChange(stamp);
    }
  }

  private void merge(List<MergeRun> runs) throws IOException {
    for (MergeRun run : runs) {
      origin.copyOut(start(run), end(run) - start(run), CopyOutMode.INVALIDATE);
    }
    for (MergeRun run : runs) {
      origin.harden(start(run), end(run) - start(run), CopyOutMode.INVALIDATE);
    }
    MergeBatch busy = new MergeBatch(runs);
    batch = busy; // from here on writes to these chunks wait
    try {
      drainWrites(runs);
      copy(runs);
      origin.image().sync();
      store.commitMerge(chunks(runs));
      runs.forEach(exceptions::remove);
    } finally {
      batch = null;
      busy.finish();
    }
  }

  /** Passes through the lock of every region once: writes that began before have ended. */
  private void drainWrites(List<MergeRun> runs) {
    ChunkLocks locks = origin.locks();
    for (MergeRun run : runs) {
      for (long at = start(run); at < end(run); at += locks.lengthWithin(at, end(run) - at)) {
        StampedLock lock = locks.of(at);
        lock.unlockWrite(lock.writeLock());
      }
    }
  }

  private void copy(List<MergeRun> runs) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (int i = 0; i < runs.size(); ) {
        int count = together(runs, i);
        if (count == 1) {
          copy(runs.get(i), buffer);
        } else {
          copyTogether(runs.subList(i, i + count), buffer);
        }
        i += count;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /**
   * How many runs, from the {@code first}, lie next to each other on the COW device in a buffer.
   */
  private int together(List<MergeRun> runs, int first) {
    long chunks = runs.get(first).run().count();
    int next = first + 1;
    while (next < runs.size() && runs.get(next).run().end() == runs.get(next - 1).run().first()) {
      chunks += runs.get(next).run().count();
      if (chunkSize.positionOf(chunks) > BufferPool.BUFFER_BYTES) {
        break;
      }
      next++;
    }
    return next - first;
  }

  /** Reads scattered runs at once, where they are one on the COW device. */
  private void copyTogether(List<MergeRun> runs, NativeBuffer buffer) throws IOException {
    long from = chunkSize.positionOf(runs.get(runs.size() - 1).run().first());
    long to = chunkSize.positionOf(runs.get(0).run().end());
    cow.read(from, buffer.seek(0), (int) (to - from));
    for (MergeRun run : runs) {
      buffer.seek((int) (chunkSize.positionOf(run.run().first()) - from));
      int length = (int) (end(run) - start(run));
      origin.image().write(start(run), buffer, length);
      mergedBytes.addAndGet(length);
    }
  }

  private void copy(MergeRun run, NativeBuffer buffer) throws IOException {
    long shift = chunkSize.positionOf(run.run().first()) - start(run);
    for (long at = start(run); at < end(run); ) {
      int piece = (int) Math.min(BufferPool.BUFFER_BYTES, end(run) - at);
      cow.read(at + shift, buffer.seek(0), piece);
      origin.image().write(at, buffer.seek(0), piece);
      at += piece;
      mergedBytes.addAndGet(piece);
    }
  }

  private long start(MergeRun run) {
    return chunkSize.positionOf(run.oldFirst());
  }

  /** The end of a run, no further than the origin goes. */
  private long end(MergeRun run) {
    long end = chunkSize.positionOf(run.oldFirst() + run.run().count());
    return Math.min(end, origin.image().size());
  }

  private static long chunks(List<MergeRun> runs) {
    return runs.stream().mapToLong(run -> run.run().count()).sum();
  }
}
