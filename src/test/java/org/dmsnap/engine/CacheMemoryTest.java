package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;

/** What the new data of several origins waits in, and how they share it. */
class CacheMemoryTest {

  private static final int BUFFER = BufferPool.BUFFER_BYTES;
  private static final int SIZE = 4 << 20;

  private final CacheMemory shared = new CacheMemory(8L * BUFFER);

  /** Snapshots whose copies are durable, or cannot be made so. */
  private static final class Copies implements WriteCache.Protection {
    boolean fails;

    @Override
    public void harden() throws IOException {
      if (fails) {
        throw new ErrnoException(Errno.EIO, "the disk has failed");
      }
    }

    @Override
    public boolean settled(long position, long length) {
      return true;
    }
  }

  @Test
  void one_alone_has_half_and_each_of_many_an_equal_part() throws IOException {
    List<BlockMemory> origins = new ArrayList<>();
    for (int n = 0; n < 7; n++) {
      origins.add(memory());
    }

    BlockMemory alone = memory();
    assertThat(takeAll(alone)).isEqualTo(4L * BUFFER);
    alone.close();
    for (int round = 0; round < 8; round++) {
      for (BlockMemory origin : origins) {
        origin.take(BUFFER / HeldBlock.BYTES);
      }
    }
    assertThat(shared.used()).isEqualTo(7L * BUFFER);
  }

  @Test
  void who_has_none_gets_a_piece_whatever_others_hold() throws IOException {
    for (int n = 0; n < 20; n++) {
      assertThat(memory().take(BUFFER / HeldBlock.BYTES)).isNotNull();
    }

    assertThat(shared.used()).isEqualTo(20L * BUFFER);
  }

  @Test
  void who_has_more_than_its_part_since_others_came_gives_all_back_first() throws IOException {
    BlockMemory first = memory();
    long[] taken = Objects.requireNonNull(first.take(1));
    takeAll(first);
    for (int n = 0; n < 3; n++) {
      takeAll(memory());
    }
    first.giveBack(taken[0]);

    assertThat(first.take(1)).isNull(); // though one piece is free
    assertThat(first.take(0)).isNotNull(); // what is held already may be overwritten
    assertThat(first.halfUsed()).isTrue();
  }

  @Test
  void many_origins_stay_within_what_is_for_all_together() throws Exception {
    List<WriteCache> caches = new ArrayList<>();
    for (int n = 0; n < 10; n++) {
      caches.add(cache(new Copies()));
    }
    for (int at = 0; at < SIZE; at += 128 << 10) {
      for (WriteCache cache : caches) {
        cache.hold(at, NativeBuffer.allocate(128 << 10), 128 << 10);
        assertThat(shared.used()).isLessThanOrEqualTo(shared.most() + 10L * BUFFER);
      }
    }
    for (WriteCache cache : caches) {
      cache.sync();
    }

    assertThat(shared.used()).isZero();
  }

  @Test
  void an_origin_whose_disk_fails_keeps_nobody_from_writing() throws Exception {
    Copies broken = new Copies();
    broken.fails = true;
    WriteCache failing = cache(broken);
    assertThatThrownBy(() -> fill(failing)).hasMessageContaining("disk has failed");
    long kept = shared.used();

    WriteCache other = cache(new Copies());
    fill(other);
    other.sync();

    assertThat(kept).isPositive();
    assertThat(shared.used()).isEqualTo(kept);
    failing.close();
    assertThat(shared.used()).isZero();
  }

  private static void fill(WriteCache cache) throws IOException {
    for (int at = 0; at < SIZE; at += 128 << 10) {
      cache.hold(at, NativeBuffer.allocate(128 << 10), 128 << 10);
    }
  }

  private WriteCache cache(Copies copies) {
    return new WriteCache(
        new Image(new RamDevice(new byte[SIZE])), copies, memory(), StallListener.NONE);
  }

  private BlockMemory memory() {
    return new BlockMemory(WriteCache.DEFAULT_BYTES, shared);
  }

  private long takeAll(BlockMemory memory) throws IOException {
    long before = shared.used();
    while (memory.take(BUFFER / HeldBlock.BYTES) != null) {
      assertThat(shared.used()).isLessThanOrEqualTo(shared.most());
    }
    return shared.used() - before;
  }
}
