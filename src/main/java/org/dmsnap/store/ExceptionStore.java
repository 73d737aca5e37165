package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Allocates the chunks of a COW device and remembers which chunk of the origin each replaces.
 *
 * <p>Named after the kernel's {@code struct dm_exception_store_type}. Any number of threads may
 * call at once. After a sync that failed, {@link #commit}, {@link #awaitDurable} and {@link #flush}
 * fail until the store is opened again; it is as it was when a sync last went well, then. What else
 * fails may be tried again, see {@link #commit}. The COW device is its owner's to close.
 */
public sealed interface ExceptionStore permits PersistentStore, TransientStore {

  /** Receives exceptions as a store is loaded. */
  @FunctionalInterface
  interface Loader {
    /** Takes one exception: origin chunk {@code oldChunk} is at COW chunk {@code newChunk}. */
    void accept(long oldChunk, long newChunk);
  }

  /** {@code P}, {@code PO} or {@code N}, as in a table line. */
  String code();

  /** The size of a chunk; of a persistent store what its header says. */
  ChunkSize chunkSize();

  /** Whether the store says of itself that it can be used: false once {@link #invalidate}d. */
  boolean valid();

  /**
   * Allocates up to {@code wanted} chunks that lie next to each other, in memory only; fewer where
   * metadata stands in the way or space ends.
   *
   * @return the run, or null if the COW device is full
   */
  @Nullable ChunkRun prepare(long wanted);

  /** Whether {@code wanted} more chunks could be prepared now, and committed. */
  boolean hasRoom(long wanted);

  /**
   * Allocated sectors once {@code wanted} more chunks are prepared, and what metadata they need.
   */
  long allocatedSectorsWith(long wanted);

  /**
   * Takes exceptions whose chunks, got from one {@link #prepare}, have been written to the COW
   * device: origin chunk {@code oldFirst + i} is at {@code run.first() + i}.
   *
   * <p><b>The durability rule.</b> The exceptions count from now on, and are durable once {@link
   * #awaitDurable} or {@link #flush} returns: chunk data, fdatasync, metadata, fdatasync. Then, and
   * only then, may the origin's chunks be overwritten on the image. Exceptions become durable in
   * the order in which their chunks were prepared, so one that is prepared and never committed
   * holds up all that follow: whoever prepares must {@link #commit} or {@link #abandon}, and wait
   * for nothing that waits for the store in between.
   *
   * <ul>
   *   <li>Many exceptions share one group of two fdatasyncs; while one group is on its way the next
   *       gathers.
   *   <li>Within an area records are only ever appended. The next area is zeroed, under the first
   *       sync of the group, before the current one fills up.
   *   <li>What stands behind the terminator when the store is loaded, a torn write of the past, is
   *       zeroed under the first sync of the first group, or it would come back to life.
   *   <li>After a failed fdatasync nothing of the group is taken for written, and none is retried:
   *       the store has failed until it is opened again.
   *   <li>Records that could not be written are as good as not written, be it for want of space or
   *       for an I/O error: their group, whose chunk data is durable by then, stays as it is and is
   *       written again, the same bytes to the same places, when next somebody waits for it.
   *       Whoever waited gets the errno.
   *   <li>What is loaded counts as durable: so the COW device is {@linkplain
   *       org.dmsnap.block.BlockDevice#settle settled} before it is read.
   * </ul>
   *
   * @throws org.dmsnap.block.ErrnoException ENOSPC if the area that must follow a full one has no
   *     room; of what is thrown nothing counts, and the run is to be {@link #abandon}ed
   */
  void commit(long oldFirst, ChunkRun run) throws IOException;

  /**
   * Gives back prepared chunks that could not be written. The newest are prepared again; the space
   * of any other is lost until the store is emptied, as with kernels before snapshot target 1.12.0.
   */
  void abandon(ChunkRun run);

  /** Whether the exception at {@code newChunk} is durable; always true in a transient store. */
  boolean durable(long newChunk);

  /** Waits until the committed exception at {@code newChunk} is durable; may lead its group. */
  void awaitDurable(long newChunk) throws IOException;

  /**
   * Whether a successor would find every exception committed, as is the rule; if not, they must be
   * durable before what needs them is acknowledged.
   */
  boolean left();

  /** Waits until every exception committed before the call is durable; may lead their group. */
  void awaitAllDurable() throws IOException;

  /**
   * Makes durable every exception committed, and every byte written to the COW device, before the
   * call.
   */
  void flush() throws IOException;

  /** The numbers of the status line. Prepared exceptions count as committed. */
  Usage usage();

  /**
   * The newest exceptions, newest first, for a merge; at most {@code most} chunks. Nothing may be
   * prepared any more, and everything must have been {@link #flush}ed. A run lies in one metadata
   * area; stepping back to an older area changes the metadata number at once, as in the kernel.
   *
   * @return the runs; none if the store is empty
   * @throws org.dmsnap.block.ErrnoException EINVAL if the store does not support a merge
   */
  List<MergeRun> prepareMerge(long most) throws IOException;

  /**
   * Forgets the {@code chunks} newest exceptions, durably. What they held must be on the origin's
   * image, durably: a crash before the return may bring any of them back.
   */
  void commitMerge(long chunks) throws IOException;

  /**
   * Marks the store invalid on the COW device, durably, and for good.
   *
   * @throws IOException if that could not be written; {@link #valid} is false all the same
   */
  void invalidate() throws IOException;
}
