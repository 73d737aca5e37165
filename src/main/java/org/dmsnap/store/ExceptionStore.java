package org.dmsnap.store;

import java.io.Closeable;
import java.io.IOException;

/**
 * Allocates the chunks of a COW device and remembers which chunk of the origin each replaces.
 *
 * <p>Named after the kernel's {@code struct dm_exception_store_type}. Any number of threads may call
 * at once. A method that throws has failed the store: {@link #commit}, {@link #flush} and the merge
 * methods fail from then on, the snapshot is to be made Invalid (a merge: to stop).
 */
public sealed interface ExceptionStore extends Closeable permits PersistentStore, TransientStore {

  /** What {@link #prepare} answers when the COW device is full. */
  long NO_SPACE = -1;

  /** Receives exceptions as a store is loaded. */
  @FunctionalInterface
  interface Loader {
    /** Takes one exception: origin chunk {@code oldChunk} is at COW chunk {@code newChunk}. */
    void accept(long oldChunk, long newChunk) throws IOException;
  }

  /** {@code P}, {@code PO} or {@code N}, as in a table line. */
  String code();

  /** The size of a chunk; of a persistent store what its header says. */
  ChunkSize chunkSize();

  /** Whether the store says of itself that it can be used: false once {@link #invalidate}d. */
  boolean valid();

  /** Whether what it remembers outlives the process. */
  boolean persistent();

  /** Allocates the next chunk, in memory only, or answers {@link #NO_SPACE}. */
  long prepare();

  /**
   * Takes an exception whose chunk, got from {@link #prepare}, has been written to the COW device.
   *
   * <p><b>The durability rule.</b> The exception counts from now on, and is durable once {@link
   * #flush} returns or {@link #durable} says so: chunk data, fdatasync, metadata, fdatasync. Then, and
   * only then, may the origin's chunk be overwritten on its image. Exceptions become durable in the
   * order in which their chunks were prepared, so one that is prepared and never committed holds up
   * all that follow: whoever prepares must {@link #commit} or {@link #abandon}.
   *
   * <ul>
   *   <li>Many exceptions share one group of two fdatasyncs; while one group is on its way the next
   *       gathers.
   *   <li>Within an area records are only ever appended. The next area is zeroed, under the first
   *       sync of the group, before the current one fills up.
   *   <li>What stands behind the terminator when the store is loaded, a torn write of the past, is
   *       zeroed on disk and synced before the first group, or it would come back to life.
   *   <li>After a failed fdatasync nothing of the group is taken for written, and none is retried:
   *       the store has failed for good.
   * </ul>
   */
  void commit(long oldChunk, long newChunk) throws IOException;

  /**
   * Gives back a prepared chunk that could not be written. Its space is lost until the store is
   * emptied, as with kernels before snapshot target 1.12.0.
   */
  void abandon(long newChunk);

  /** Whether the exception at {@code newChunk} is durable; always true in a transient store. */
  boolean durable(long newChunk);

  /**
   * Makes every exception committed before the call durable, and every byte written before it to
   * the COW device; joins a group under way or leads one.
   */
  void flush() throws IOException;

  /** The numbers of the status line. Prepared exceptions count as allocated. */
  Usage usage();

  /**
   * Marks the store invalid on the COW device, durably, and for good.
   *
   * @throws IOException if that could not be written; {@link #valid} is false all the same
   */
  void invalidate() throws IOException;

  /**
   * Hands the newest exceptions, newest first, to {@code taker}: at most {@code limit}, all from the
   * newest metadata area that has any (stepping back an area changes the metadata number at once, as
   * in the kernel).
   *
   * @return how many; 0 if there are none left
   */
  int prepareMerge(int limit, Loader taker) throws IOException;

  /** Forgets the {@code count} newest exceptions, durably; the origin must have been flushed. */
  void commitMerge(int count) throws IOException;

  /** Closes nothing beneath it: the COW device is its owner's. Flushes nothing. */
  @Override
  void close() throws IOException;
}
