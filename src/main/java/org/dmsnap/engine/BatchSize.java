package org.dmsnap.engine;

import java.util.concurrent.TimeUnit;
import org.dmsnap.store.ChunkSize;

/**
 * How many chunks a batch of a merge is to have: as many as take a fraction of a second, so that
 * its flushes do not matter, and nobody waits for it long, on fast devices and on slow ones.
 *
 * <p>One thread: that of the merge.
 */
final class BatchSize {

  /** More than this is never worth it; and a batch's runs are kept in memory. */
  static final long MOST_BYTES = 256 << 20;

  private static final long MOST_CHUNKS = 1 << 16;
  private static final long FIRST_BYTES = 16 << 20;

  /** Less would make nothing quicker where it is the flushes themselves that take long. */
  private static final long LEAST_BYTES = 4 << 20;

  private static final long BRIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private final long most;
  private final long least;
  private long chunks;

  BatchSize(ChunkSize chunkSize, long mostBytes) {
    most = Math.max(1, Math.min(chunkSize.chunkOf(mostBytes), MOST_CHUNKS));
    least = Math.max(1, Math.min(chunkSize.chunkOf(LEAST_BYTES), most));
    chunks = Math.max(least, Math.min(chunkSize.chunkOf(FIRST_BYTES), most));
  }

  /** What the next batch is to have at most. */
  long chunks() {
    return chunks;
  }

  /** Learns from how long a batch took. */
  void took(long nanos) {
    if (nanos < BRIEF_NANOS) {
      chunks = Math.min(2 * chunks, most);
    } else if (nanos > LONG_NANOS) {
      chunks = Math.max(chunks / 2, least);
    }
  }
}
