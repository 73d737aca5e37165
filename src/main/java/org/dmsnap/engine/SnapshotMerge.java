package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkSize;

/**
 * The target that puts a snapshot back into its origin: reads as merged from the start, while the
 * {@link Merger} copies in the background. Source: {@code snapshot-merge} in the kernel's
 * snapshot.rst.
 *
 * <p>A chunk with an exception is read and written on the COW device, any other on the image, after
 * copying it out to the other snapshots. No exception is ever added, so a read needs no lock: what
 * it finds on the COW device stays there until the device is gone.
 */
public final class SnapshotMerge implements Target {

  private final Origin origin;
  private final Snapshot snapshot;
  private final BlockDevice cow;
  private final ChunkSize chunkSize;
  private final ExceptionMap exceptions;
  private final Extents extents;
  private final Merger merger;

  /**
   * The merge of {@code snapshot}, which {@code origin} no longer copies out to; everything written
   * to it before is durable.
   */
  public SnapshotMerge(Origin origin, Snapshot snapshot, MergeListener listener) {
    this(origin, snapshot, listener, BatchSize.MOST_BYTES);
  }

  /** As above, with at most {@code batchBytes} to a batch, or one chunk. */
  SnapshotMerge(Origin origin, Snapshot snapshot, MergeListener listener, long batchBytes) {
    this.origin = origin;
    this.snapshot = snapshot;
    this.cow = snapshot.cow();
    this.chunkSize = snapshot.chunkSize();
    this.exceptions = snapshot.exceptions();
    this.extents = new MergeExtents(snapshot, origin.image());
    this.merger = new Merger(this, origin, listener, batchBytes);
  }

  @Override
  public String type() {
    return "snapshot-merge";
  }

  @Override
  public String status() {
    if (!snapshot.valid()) {
      return "Invalid";
    }
    return merger.failed() ? "Merge failed" : snapshot.store().usage().toString();
  }

  @Override
  public long size() {
    return origin.image().size();
  }

  /** The snapshot that is merged. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** Whether it stopped for good. */
  public boolean failed() {
    return merger.failed();
  }

  /** How much has been merged so far, in whole chunks. */
  public long mergedBytes() {
    return merger.mergedBytes();
  }

  /** Begins to copy, on a thread of its own. */
  public void start() {
    merger.start();
  }

  /** Waits until the merge has ended, in whatever way. */
  public void join() {
    merger.join();
  }

  /** Waits for the batch in flight and stops; what is left is merged by the next object. */
  public void stop() {
    merger.stop();
  }

  @Override
  public Extents extents() {
    return extents;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = readRun(position, buffer, left);
      position += piece;
      left -= piece;
    }
  }

  private int readRun(long position, NativeBuffer buffer, int left) throws IOException {
    long newChunk = exceptions.find(chunkSize.chunkOf(position));
    if (newChunk == ExceptionMap.NONE) {
      int piece = exceptions.unexceptedRun(position, left);
      origin.image().read(position, buffer, piece);
      return piece;
    }
    int piece = chunkSize.lengthWithin(position, left);
    cow.read(cowPosition(newChunk, position), buffer, piece);
    return piece;
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    admit(position, length);
    writeAdmitted(position, buffer, length);
  }

  /** What is refused, is refused as a whole, before some of it has gone to the COW device. */
  private void admit(long position, long length) throws IOException {
    if (origin.overflow() == OverflowPolicy.REFUSE) {
      origin.admit(position, length);
    }
  }

  private void writeAdmitted(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = exceptions.unexceptedRun(position, left);
      if (piece > 0) {
        origin.write(position, buffer, piece);
      } else {
        piece = writeExcepted(position, buffer, left);
      }
      position += piece;
      left -= piece;
    }
  }

  /** Writes within a chunk to the COW device; 0 if it was merged meanwhile, or is being so. */
  private int writeExcepted(long position, NativeBuffer buffer, int left) throws IOException {
    long chunk = chunkSize.chunkOf(position);
    StampedLock lock = origin.locks().of(position);
    MergeBatch busy;
    long stamp = lock.readLock(); // over the write: the merge must not have copied before
    try {
      long newChunk = exceptions.find(chunk);
      if (newChunk == ExceptionMap.NONE) {
        return 0;
      }
      busy = merger.batchWith(chunk);
      if (busy == null) {
        int piece = chunkSize.lengthWithin(position, left);
        cow.write(cowPosition(newChunk, position), buffer, piece);
        return piece;
      }
    } finally {
      lock.unlockRead(stamp);
    }
    await(busy);
    return 0;
  }

  private void await(MergeBatch batch) throws IOException {
    origin.stalls().stalling();
    try {
      batch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted while waiting for the merge", e);
    } finally {
      origin.stalls().resumed();
    }
  }

  /** Once the merge failed to forget a batch, or a sync of the COW device, it fails for good. */
  @Override
  public void flush() throws IOException {
    origin.image().sync();
    snapshot.store().flush();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    throw new ErrnoException(Errno.EOPNOTSUPP, "a discard during a merge would have no effect");
  }

  @Override
  public void zero(long position, long length) throws IOException {
    List<NonZero> runs = NonZero.of(this::read, extents, position, length);
    for (NonZero run : runs) {
      admit(run.position(), run.length());
    }
    for (NonZero run : runs) {
      Zeroes.write(run.position(), run.length(), this::writeAdmitted);
    }
  }

  private long cowPosition(long newChunk, long position) {
    return chunkSize.positionOf(newChunk) + chunkSize.offsetIn(position);
  }
}
