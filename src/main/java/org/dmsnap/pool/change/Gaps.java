package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Arrays;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.Device;

/**
 * Which parts of received chunks are not in the stream: they are as they were in what it is a
 * difference from, which is told at its end alone. One thread.
 */
final class Gaps {

  private final Spool places; // in the volume, then on the COW device, each with the length
  private int[] current = new int[2];
  private int count; // of numbers in it

  Gaps(PoolState state) {
    places = new Spool(state);
  }

  /** The chunk that is being filled has nothing from one offset to the other. */
  void add(int from, int to) {
    if (from >= to) {
      return;
    }
    if (count == current.length) {
      current = Arrays.copyOf(current, 2 * count);
    }
    current[count++] = from;
    current[count++] = to;
  }

  /** That chunk is the one at {@code position}, and at {@code cowPosition} on the COW device. */
  void lie(long position, long cowPosition) throws IOException {
    for (int i = 0; i < count; i += 2) {
      int length = current[i + 1] - current[i];
      places.add(position + current[i], length);
      places.add(cowPosition + current[i], length);
    }
    count = 0;
  }

  /** Fills all of them on {@code cow} with what {@code base} has there. */
  void fill(Device base, BlockDevice cow) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    Filling filling = new Filling(base, cow, buffer);
    try {
      places.forEach(filling::place);
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Gives back what it took to remember them. */
  void close() throws IOException {
    places.close();
  }

  /** Takes the places by turns. */
  private static final class Filling {
    private final Device base;
    private final BlockDevice cow;
    private final NativeBuffer buffer;
    private boolean read;

    Filling(Device base, BlockDevice cow, NativeBuffer buffer) {
      this.base = base;
      this.cow = cow;
      this.buffer = buffer;
    }

    void place(long position, long length) throws IOException {
      buffer.seek(0);
      if (read) {
        cow.write(position, buffer, (int) length);
      } else {
        base.read(position, buffer, (int) length); // less than a chunk
      }
      read = !read;
    }
  }
}
