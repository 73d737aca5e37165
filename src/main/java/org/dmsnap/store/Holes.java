package org.dmsnap.store;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Chunks that a predecessor had prepared and not committed when it died, amid others that it had:
 * else each such death would cost a snapshot some of its room. They are prepared again first.
 *
 * <p>Not thread-safe: a store guards it.
 */
final class Holes {

  private final ArrayDeque<ChunkRun> runs = new ArrayDeque<>();
  private long chunks;

  /** Adds a run, which lies behind all others. */
  void add(long first, long count) {
    if (count > 0) {
      runs.addLast(new ChunkRun(first, count));
      chunks += count;
    }
  }

  /** How many chunks there are. */
  long chunks() {
    return chunks;
  }

  /** Takes up to {@code wanted} chunks that lie next to each other, or null if there are none. */
  @Nullable ChunkRun take(long wanted) {
    ChunkRun first = runs.pollFirst();
    if (first == null) {
      return null;
    }
    long count = Math.min(wanted, first.count());
    if (count < first.count()) {
      runs.addFirst(new ChunkRun(first.first() + count, first.count() - count));
    }
    chunks -= count;
    return new ChunkRun(first.first(), count);
  }
}
