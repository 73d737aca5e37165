package org.dmsnap.engine;

import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a {@link WriteCache}: native pieces of {@link HeldBlock#BYTES}, at most so many,
 * cut from buffers of the {@link BufferPool}, which gets them back when none is in use.
 *
 * <p>Any number of threads.
 */
final class BlockMemory {

  private final int most;
  private final List<NativeBuffer> buffers = new ArrayList<>(); // guarded by this
  private final long[] free; // guarded by this: a stack
  private int freeCount; // guarded by this
  private int used; // guarded by this

  /**
   * @param bytes how much there is to be, rounded down to whole pieces
   */
  BlockMemory(long bytes) {
    most = Math.toIntExact(bytes >> HeldBlock.SHIFT);
    free = new long[most];
  }

  /** The addresses of {@code count} pieces, or null, and nothing is taken, if there are fewer. */
  synchronized long @Nullable [] take(int count) {
    while (freeCount < count) {
      if (used + freeCount == most) {
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
      buffers.forEach(BufferPool::giveBack);
      buffers.clear();
      freeCount = 0;
    }
  }

  /** Whether more than half is in use. */
  synchronized boolean halfUsed() {
    return used > most / 2;
  }

  private void addBuffer() {
    NativeBuffer buffer = BufferPool.borrow();
    buffers.add(buffer);
    int pieces = Math.min(BufferPool.BUFFER_BYTES >> HeldBlock.SHIFT, most - used - freeCount);
    for (int piece = 0; piece < pieces; piece++) {
      free[freeCount++] = buffer.address() + ((long) piece << HeldBlock.SHIFT);
    }
  }
}
