package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.block.Sectors;
import org.junit.jupiter.api.Test;

/** The rules of {@link WriteCache}, one by one. */
class WriteCacheTest {

  private static final int SIZE = 4 << 20;
  private static final int BLOCK = HeldBlock.BYTES;
  private static final int MEMORY = BufferPool.BUFFER_BYTES;

  private final byte[] before = Bench.bytes(SIZE, 1);
  private final RamDevice image = new RamDevice(before);
  private final List<String> log = new ArrayList<>();
  private final Copies copies = new Copies();
  private final WriteCache cache =
      new WriteCache(new Image(image), copies, memory(), StallListener.NONE);

  /** Snapshots whose copies are durable as soon as they are hardened, unless told otherwise. */
  private final class Copies implements WriteCache.Protection {
    LongPredicate settled = position -> true;
    boolean fails;

    @Override
    public void harden() throws IOException {
      log.add("harden");
      if (fails) {
        throw new ErrnoException(Errno.EIO, "nobody can record that it is Invalid");
      }
    }

    @Override
    public boolean settled(long position, long length) {
      for (long at = position; at < position + length; at += Sectors.BYTES) {
        if (!settled.test(at)) {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  void what_is_held_is_read_and_not_yet_on_the_image() throws Exception {
    hold(BLOCK + 100, new byte[5000]);

    assertThat(read(0, 4 * BLOCK)).isEqualTo(with(BLOCK + 100, new byte[5000], 0, 4 * BLOCK));
    assertThat(image.content()).isEqualTo(before);
  }

  @Test
  void a_read_of_one_byte_finds_what_is_held() throws Exception {
    hold(3 * BLOCK - 1, new byte[] {1, 2});

    assertThat(read(3 * BLOCK - 1, 1)).containsExactly(1);
    assertThat(read(3 * BLOCK, 1)).containsExactly(2);
  }

  @Test
  void parts_of_one_sector_join_up() throws Exception {
    hold(10, new byte[] {1});
    hold(20, new byte[] {2});
    cache.sync();

    byte[] expected = before.clone();
    expected[10] = 1;
    expected[20] = 2;
    assertThat(image.content()).isEqualTo(expected);
  }

  @Test
  void the_disk_begins_with_what_a_drain_has_written_ahead_of_the_sync() throws Exception {
    for (int block = 1; block <= 40; block++) {
      hold((long) block * 3 * BLOCK, new byte[BLOCK]);
    }

    cache.drain();

    assertThat(image.startedFrom()).isEqualTo(3L * BLOCK);
    assertThat(image.startedTo()).isBetween(32L * 3 * BLOCK + BLOCK, 40L * 3 * BLOCK + BLOCK);
  }

  @Test
  void a_failure_in_the_background_is_told_and_again_after_a_drain_that_went_well()
      throws Exception {
    BlockingQueue<Exception> told = new LinkedBlockingQueue<>();
    cache.drainListener(told::add);
    for (int round = 0; round < 2; round++) {
      image.failWrites(Errno.EIO);
      hold(0, new byte[MEMORY * 3 / 4]); // half is enough to be drained at once

      assertThat(told.poll(1, TimeUnit.MINUTES)).isInstanceOf(IOException.class);

      image.repair();
      cache.drain();
    }
  }

  @Test
  void a_cache_that_nobody_has_any_more_is_not_kept_for_its_drain() throws Exception {
    WeakReference<WriteCache> forgotten = forgotten();

    System.gc(); // long before its drain is due

    assertThat(forgotten.get()).isNull();
  }

  private WeakReference<WriteCache> forgotten() throws IOException {
    WriteCache other = new WriteCache(new Image(image), copies, memory(), StallListener.NONE);
    other.hold(0, NativeBuffer.copyOf(new byte[BLOCK]), BLOCK);
    return new WeakReference<>(other);
  }

  @Test
  void a_sync_hardens_then_writes_then_syncs() throws Exception {
    watch();
    hold(0, Bench.bytes(BLOCK, 7));

    cache.sync();

    assertThat(log).containsExactly("harden", "WRITE 0 4096", "SYNC 0 0");
    assertThat(cache.isEmpty()).isTrue();
    assertThat(image.content(0, BLOCK)).isEqualTo(Bench.bytes(BLOCK, 7));
  }

  @Test
  void what_adjoins_is_written_as_one_within_a_region() throws Exception {
    for (int block = 15; block >= 0; block--) {
      hold(block * BLOCK, new byte[BLOCK]);
    }
    watch();

    cache.sync();

    assertThat(log).containsExactly("harden", "WRITE 0 " + 16 * BLOCK, "SYNC 0 0");
  }

  @Test
  void only_the_sectors_that_were_written_are() throws Exception {
    hold(2 * Sectors.BYTES, new byte[Sectors.BYTES]);
    hold(5 * Sectors.BYTES, new byte[2 * Sectors.BYTES]);
    watch();

    cache.sync();

    assertThat(log).containsExactly("harden", "WRITE 1024 512", "WRITE 2560 1024", "SYNC 0 0");
  }

  @Test
  void a_sync_with_nothing_held_hardens_nothing() throws Exception {
    watch();

    cache.sync();

    assertThat(log).containsExactly("SYNC 0 0");
  }

  @Test
  void a_write_that_meets_held_data_is_the_newer_one() throws Exception {
    hold(0, Bench.bytes(BLOCK, 1));
    write(100, Bench.bytes(50, 2));
    cache.sync();

    byte[] expected = Bench.bytes(BLOCK, 1);
    System.arraycopy(Bench.bytes(50, 2), 0, expected, 100, 50);
    assertThat(image.content(0, BLOCK)).isEqualTo(expected);
  }

  @Test
  void a_write_elsewhere_goes_past() throws Exception {
    hold(0, new byte[BLOCK]);
    watch();

    write(BLOCK, new byte[BLOCK]);

    assertThat(log).containsExactly("WRITE " + BLOCK + " " + BLOCK);
  }

  @Test
  void a_sector_that_is_not_settled_stays_held_and_its_neighbours_do_not() throws Exception {
    hold(0, new byte[BLOCK]);
    copies.settled = position -> position != 3 * Sectors.BYTES;
    cache.sync();
    assertThat(image.content(0, BLOCK))
        .isEqualTo(
            join(
                new byte[3 * Sectors.BYTES],
                slice(before, 3 * Sectors.BYTES, Sectors.BYTES),
                new byte[4 * Sectors.BYTES]));
    assertThat(read(0, BLOCK)).containsOnly(0);

    copies.settled = position -> true;
    cache.sync();

    assertThat(image.content(0, BLOCK)).containsOnly(0);
    assertThat(cache.isEmpty()).isTrue();
  }

  @Test
  void nothing_reaches_the_image_while_the_snapshots_cannot_be_made_safe() throws Exception {
    hold(0, new byte[BLOCK]);
    copies.fails = true;
    assertThatThrownBy(cache::sync).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(cache::sync).isInstanceOf(ErrnoException.class);
    assertThat(image.content()).isEqualTo(before);

    copies.fails = false;
    cache.sync();

    assertThat(image.content(0, BLOCK)).containsOnly(0);
  }

  @Test
  void what_the_image_refuses_is_kept_and_every_sync_fails_until_it_is_written() throws Exception {
    hold(0, new byte[BLOCK]);
    image.failWrites(Errno.ENOSPC);
    for (int n = 0; n < 2; n++) {
      assertThatThrownBy(cache::sync)
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
      assertThat(read(0, BLOCK)).containsOnly(0);
    }

    image.repair();
    cache.sync();

    assertThat(image.content(0, BLOCK)).containsOnly(0);
  }

  @Test
  void who_finds_no_memory_drains_first() throws Exception {
    byte[] twice = Bench.bytes(2 * MEMORY, 3);

    hold(0, twice);

    assertThat(read(0, 2 * MEMORY)).isEqualTo(twice);
    assertThat(log).contains("harden");
    assertThat(image.content(0, MEMORY / 2)).isEqualTo(slice(twice, 0, MEMORY / 2));
  }

  @Test
  void who_finds_no_memory_fails_if_the_image_does() throws Exception {
    image.failWrites(Errno.EIO);

    assertThatThrownBy(() -> hold(0, new byte[2 * MEMORY])).isInstanceOf(ErrnoException.class);

    assertThat(read(0, MEMORY)).containsOnly(0);
  }

  @Test
  void a_discard_and_a_zeroing_are_newer_than_what_was_held() throws Exception {
    hold(0, Bench.bytes(BLOCK, 1));
    hold(BLOCK, Bench.bytes(BLOCK, 2));

    cache.discard(0, BLOCK);
    cache.zero(BLOCK, BLOCK);

    assertThat(read(0, 2 * BLOCK)).containsOnly(0);
    cache.sync();
    assertThat(image.content(0, 2 * BLOCK)).containsOnly(0);
  }

  @Test
  void memory_is_given_back_when_nothing_is_held() throws Exception {
    for (int n = 0; n < 20; n++) {
      hold(n * BLOCK, new byte[BLOCK]);
      cache.sync();
    }

    assertThat(memory().take(MEMORY / BLOCK)).doesNotHaveDuplicates();
    hold(0, new byte[MEMORY]);
    assertThat(read(0, MEMORY)).containsOnly(0);
  }

  private static BlockMemory memory() {
    return new BlockMemory(MEMORY, CacheMemory.unbounded());
  }

  private void watch() {
    image.onEach(
        (operation, position, length) -> {
          if (operation != Operation.READ) {
            log.add(operation + " " + position + " " + length);
          }
        });
  }

  private void hold(long position, byte[] bytes) throws IOException {
    cache.hold(position, NativeBuffer.copyOf(bytes), bytes.length);
  }

  private void write(long position, byte[] bytes) throws IOException {
    cache.write(position, NativeBuffer.copyOf(bytes), bytes.length);
  }

  private byte[] read(long position, int length) throws IOException {
    return read(cache, position, length);
  }

  private static byte[] read(BlockDevice device, long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    NativeBuffer buffer = NativeBuffer.allocate(length);
    device.read(position, buffer, length);
    buffer.seek(0).get(bytes, 0, length);
    return bytes;
  }

  private byte[] with(int position, byte[] change, int from, int length) {
    byte[] all = before.clone();
    System.arraycopy(change, 0, all, position, change.length);
    return slice(all, from, length);
  }

  private static byte[] slice(byte[] bytes, int from, int length) {
    return java.util.Arrays.copyOfRange(bytes, from, from + length);
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[BLOCK];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
