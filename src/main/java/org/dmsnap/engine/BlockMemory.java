package org.dmsnap.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a {@link WriteCache}: native pieces of {@link HeldBlock#BYTES}, at most so many,
 * cut from buffers of the {@link BufferPool}, which gets them back when none is in use; and no more
 * buffers than the {@link CacheMemory} that it shares with others grants.
 *
 * <p>Any number of threads.
 */
final class BlockMemory {

  private static final int PIECES = BufferPool.BUFFER_BYTES >> HeldBlock.SHIFT; // of a buffer

  private final int most;
  private final CacheMemory shared;
  private final List<NativeBuffer> buffers = new ArrayList<>(); // guarded by this
  private long[] free = {}; // guarded by this: a stack
  private int freeCount; // guarded by this
  private int used; // guarded by this

  /**
   * @param bytes how much there is to be at most, rounded down to whole pieces
   * @param shared what it is taken from
   */
  BlockMemory(long bytes, CacheMemory shared) {
    if (bytes < Regions.BYTES) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds not even a region");
    }
    most = Math.toIntExact(bytes >> HeldBlock.SHIFT);
    this.shared = shared;
  }

  /** The addresses of {@code count} pieces, or null, and nothing is taken, if there are fewer. */
  synchronized long @Nullable [] take(int count) {
    if (count > 0 && hasTooMuch()) {
      return null;
    }
    while (freeCount < count) {
      if (used + freeCount == most || !shared.take(bytes(), BufferPool.BUFFER_BYTES)) {
        return null;
      }
      addBuffer();
    }
    long[] taken = new long[count];
    freeCount -= count;
    System.arraycopy(free, freeCount, taken, 0, count);
    used += count;
    return taken;
  }

  /** Takes back one piece. */
  synchronized void giveBack(long address) {
    free[freeCount++] = address;
    if (--used == 0) {
      shared.giveBack(bytes());
      buffers.forEach(BufferPool::giveBack);
      buffers.clear();
      freeCount = 0;
    }
  }

  /** What is still in use is lost, and others may have as much. */
  synchronized void close() {
    shared.giveBack(bytes());
    buffers.clear();
  }

  /** Whether more than half of what there may be is in use. */
  synchronized boolean halfUsed() {
    long half = Math.min((long) most << HeldBlock.SHIFT, shared.share(bytes())) / 2;
    return (long) used << HeldBlock.SHIFT > half;
  }

  /** Whether it came by its buffers when there was more for each, and has others to share with. */
  private boolean hasTooMuch() {
    return buffers.size() > 1 && bytes() > shared.share(bytes());
  }

  private long bytes() {
    return (long) buffers.size() * BufferPool.BUFFER_BYTES;
  }

  private void addBuffer() {
    NativeBuffer buffer = BufferPool.borrow();
    buffers.add(buffer);
    free = Arrays.copyOf(free, Math.max(free.length, buffers.size() * PIECES));
    int pieces = Math.min(PIECES, most - used - freeCount);
    for (int piece = 0; piece < pieces; piece++) {
      free[freeCount++] = buffer.address() + ((long) piece << HeldBlock.SHIFT);
    }
  }
}
