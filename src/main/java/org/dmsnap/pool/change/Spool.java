package org.dmsnap.pool.change;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.pool.state.PoolState;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of numbers, as many as a stream may make necessary: what does not fit into a little memory
 * is in a file without a name. One thread.
 */
final class Spool {

  /** Takes a pair. */
  @FunctionalInterface
  interface Visitor {
    /** Takes it. */
    void accept(long first, long second) throws IOException;
  }

  private static final int PAIR_BYTES = 2 * Long.BYTES;
  private static final int PAIRS = 1 << 12;

  private final PoolState state;
  private final long[] pairs = new long[2 * PAIRS];
  private int count; // of numbers in memory
  private @Nullable BlockDevice file;
  private long written;

  Spool(PoolState state) {
    this.state = state;
  }

  /** Adds a pair; one whose second number is 0 says nothing. */
  void add(long first, long second) throws IOException {
    if (second == 0) {
      return;
    }
    pairs[count++] = first;
    pairs[count++] = second;
    if (count == pairs.length) {
      write();
    }
  }

  private void write() throws IOException {
    long bytes = (long) PAIRS * PAIR_BYTES;
    BlockDevice spool = file;
    if (spool == null) {
      spool = state.directory().createUnnamed(bytes);
      file = spool;
    } else {
      spool.resize(written + bytes);
    }
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (long number : pairs) {
        buffer.putLongLe(number);
      }
      spool.write(written, buffer.seek(0), (int) bytes);
    } finally {
      BufferPool.giveBack(buffer);
    }
    written += bytes;
    count = 0;
  }

  /** Hands over all pairs in the order in which they were added. */
  void forEach(Visitor visitor) throws IOException {
    BlockDevice spool = file;
    for (long at = 0; spool != null && at < written; at += (long) PAIRS * PAIR_BYTES) {
      forEach(spool, at, visitor);
    }
    for (int i = 0; i < count; i += 2) {
      visitor.accept(pairs[i], pairs[i + 1]);
    }
  }

  private static void forEach(BlockDevice spool, long at, Visitor visitor) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      spool.read(at, buffer, PAIRS * PAIR_BYTES);
      buffer.seek(0);
      for (int i = 0; i < PAIRS; i++) {
        long first = buffer.getLongLe();
        visitor.accept(first, buffer.getLongLe());
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Gives the file back. */
  void close() throws IOException {
    BlockDevice spool = file;
    file = null;
    if (spool != null) {
      spool.close();
    }
  }
}
