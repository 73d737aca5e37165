package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.junit.jupiter.api.Test;

/** Where a {@link WriteCache} says that data is, though its image is a hole so far. */
class CacheHolesTest {

  private static final int SIZE = 1 << 20;
  private static final int BLOCK = HeldBlock.BYTES;

  private final Hole image = new Hole();
  private final WriteCache cache =
      new WriteCache(
          image,
          new Nobody(),
          new BlockMemory(BufferPool.BUFFER_BYTES, CacheMemory.unbounded()),
          StallListener.NONE);

  @Test
  void what_is_held_is_data() throws Exception {
    cache.hold(3 * BLOCK, NativeBuffer.copyOf(new byte[] {1}), 1);

    assertThat(cache.dataFrom(0, SIZE)).isEqualTo(3 * BLOCK);
    assertThat(cache.holeFrom(3 * BLOCK, SIZE)).isEqualTo(4 * BLOCK);
  }

  @Test
  void what_a_drain_takes_to_the_image_while_it_is_looked_at_is_data() throws Exception {
    cache.hold(3 * BLOCK, NativeBuffer.copyOf(new byte[] {1}), 1);
    image.drainsWhenLookedAt = true;

    assertThat(cache.dataFrom(0, SIZE)).isEqualTo(3 * BLOCK);
    assertThat(cache.isEmpty()).isTrue();
  }

  /** No snapshots. */
  private static final class Nobody implements WriteCache.Protection {
    @Override
    public void harden() {
      // nothing to harden
    }

    @Override
    public boolean settled(long position, long length) {
      return true;
    }
  }

  /** An image that was a hole when it was looked at, and was written just after. */
  private final class Hole implements BlockDevice {
    private boolean drainsWhenLookedAt;

    @Override
    public long size() {
      return SIZE;
    }

    @Override
    public long dataFrom(long position, long end) throws IOException {
      if (drainsWhenLookedAt) {
        cache.drain();
      }
      return end;
    }

    @Override
    public long holeFrom(long position, long end) {
      return position;
    }

    @Override
    public void read(long position, NativeBuffer buffer, int length) {
      buffer.put(new byte[length], 0, length);
    }

    @Override
    public void write(long position, NativeBuffer buffer, int length) {
      buffer.get(new byte[length], 0, length);
    }

    @Override
    public void discard(long position, long length) {
      // it is a hole
    }

    @Override
    public void zero(long position, long length) {
      // it is a hole
    }

    @Override
    public void sync() {
      // nothing is kept
    }

    @Override
    public void settle() {
      // likewise
    }

    @Override
    public void resize(long size) {
      throw new AssertionError("resized");
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
