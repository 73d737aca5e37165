package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.BitSet;
import org.dmsnap.block.BlockDevice;
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
          new BlockMemory(WriteCache.DEFAULT_BYTES, CacheMemory.unbounded()),
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

  @Test
  void what_a_drain_takes_to_the_image_while_a_hole_is_looked_for_is_none() throws Exception {
    cache.hold(3 * BLOCK, NativeBuffer.copyOf(new byte[] {1}), 1);
    image.drainsWhenLookedAt = true;

    assertThat(cache.holeFrom(3 * BLOCK, SIZE)).isEqualTo(4 * BLOCK);
    assertThat(cache.isEmpty()).isTrue();
  }

  @Test
  void a_hole_begins_behind_all_that_is_held_or_on_the_image_without_a_gap() throws Exception {
    for (int block : new int[] {3, 4, 6, 7, 8, 10}) {
      cache.hold(block * BLOCK, NativeBuffer.copyOf(new byte[] {1}), 1);
    }
    image.written(5 * BLOCK);

    assertThat(cache.holeFrom(3 * BLOCK + 1, SIZE)).isEqualTo(9 * BLOCK);
    assertThat(cache.holeFrom(2 * BLOCK, SIZE)).isEqualTo(2 * BLOCK);
    assertThat(cache.holeFrom(3 * BLOCK, 4 * BLOCK + 7)).isEqualTo(4 * BLOCK + 7);
    assertThat(cache.dataFrom(9 * BLOCK, SIZE)).isEqualTo(10 * BLOCK);
    assertThat(cache.dataFrom(10 * BLOCK + 9, SIZE)).isEqualTo(10 * BLOCK + 9);
    assertThat(cache.dataFrom(11 * BLOCK, SIZE)).isEqualTo(SIZE);
  }

  @Test
  void what_is_held_counts_as_allocated_until_it_is_on_the_image() throws Exception {
    assertThat(cache.allocated()).isZero();

    cache.hold(3 * BLOCK, NativeBuffer.copyOf(new byte[BLOCK + 1]), BLOCK + 1);
    assertThat(cache.allocated()).isIn(0L, 2L * BLOCK); // 0 if a drain has come by itself

    cache.drain();
    assertThat(cache.allocated()).isZero();
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
    private final BitSet written = new BitSet(); // blocks; guarded by this

    @Override
    public long size() {
      return SIZE;
    }

    @Override
    public long dataFrom(long position, long end) throws IOException {
      long found = nextWritten(position, end);
      if (drainsWhenLookedAt) {
        cache.drain();
      }
      return found;
    }

    @Override
    public long holeFrom(long position, long end) throws IOException {
      long found = nextUnwritten(position, end);
      if (drainsWhenLookedAt) {
        cache.drain();
      }
      return found;
    }

    @Override
    public long allocated() {
      return 0;
    }

    private synchronized void written(long position) {
      written.set((int) (position / BLOCK));
    }

    private synchronized long nextWritten(long position, long end) {
      int block = written.nextSetBit((int) (position / BLOCK));
      return block < 0 ? end : Math.min(end, Math.max(position, (long) block * BLOCK));
    }

    private synchronized long nextUnwritten(long position, long end) {
      int block = written.nextClearBit((int) (position / BLOCK));
      return Math.min(end, Math.max(position, (long) block * BLOCK));
    }

    @Override
    public void read(long position, NativeBuffer buffer, int length) {
      buffer.put(new byte[length], 0, length);
    }

    @Override
    public void write(long position, NativeBuffer buffer, int length) {
      buffer.get(new byte[length], 0, length);
      written(position);
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
