package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link BlockDevice} does; an implementation only says how to open itself. */
abstract class BlockDeviceContract {

  static final int SIZE = 64 << 10;

  BlockDevice device;

  /** A fresh device of {@code size} zeroes. */
  abstract BlockDevice open(long size) throws IOException;

  @BeforeEach
  void openDevice() throws IOException {
    device = open(SIZE);
  }

  @AfterEach
  void closeDevice() throws IOException {
    device.close();
  }

  @Test
  void reads_as_zeroes_before_it_is_written() throws IOException {
    assertThat(read(0, SIZE)).containsOnly(0);
  }

  @Test
  void reads_what_was_written() throws IOException {
    write(1000, pattern(5000, 1));

    assertThat(read(1000, 5000)).isEqualTo(pattern(5000, 1));
    assertThat(read(0, 1000)).containsOnly(0);
    assertThat(read(6000, SIZE - 6000)).containsOnly(0);
  }

  @Test
  void a_transfer_moves_the_cursor_past_what_it_moved() throws IOException {
    NativeBuffer buffer = NativeBuffer.copyOf(pattern(100, 1));

    device.write(0, buffer, 40);
    device.write(500, buffer, 60);

    assertThat(buffer.remaining()).isZero();
    assertThat(read(500, 60)).isEqualTo(Arrays.copyOfRange(pattern(100, 1), 40, 100));
  }

  @Test
  void a_transfer_beyond_its_buffer_is_refused() {
    NativeBuffer buffer = NativeBuffer.allocate(10);

    assertThatThrownBy(() -> device.read(0, buffer, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.write(0, buffer, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void transfers_of_nothing_are_fine_up_to_the_end() throws IOException {
    device.read(SIZE, NativeBuffer.allocate(1), 0);
    device.write(SIZE, NativeBuffer.allocate(1), 0);
    device.discard(SIZE, 0);
    device.zero(SIZE, 0);

    assertThat(device.size()).isEqualTo(SIZE);
  }

  @Test
  void everything_past_the_end_is_an_error_and_changes_nothing() throws IOException {
    NativeBuffer buffer = NativeBuffer.allocate(2);

    assertFails(Errno.EIO, () -> device.read(SIZE - 1, buffer, 2));
    assertFails(Errno.EIO, () -> device.write(SIZE - 1, buffer, 2));
    assertFails(Errno.EIO, () -> device.discard(SIZE - 1, 2));
    assertFails(Errno.EIO, () -> device.zero(SIZE - 1, 2));
    assertFails(Errno.EIO, () -> device.read(-1, buffer, 1));
    assertFails(Errno.EIO, () -> device.discard(Long.MAX_VALUE, Long.MAX_VALUE));
    assertThat(device.size()).isEqualTo(SIZE);
  }

  @Test
  void discarded_bytes_read_as_zeroes_and_their_neighbours_stay() throws IOException {
    write(0, pattern(SIZE, 2));

    device.discard(777, 20_000);

    assertThat(read(0, SIZE)).isEqualTo(cleared(pattern(SIZE, 2), 777, 20_000));
  }

  @Test
  void zeroed_bytes_read_as_zeroes_and_their_neighbours_stay() throws IOException {
    write(0, pattern(SIZE, 3));

    device.zero(4095, 12_290);

    assertThat(read(0, SIZE)).isEqualTo(cleared(pattern(SIZE, 3), 4095, 12_290));
  }

  @Test
  void growth_reads_as_zeroes_and_keeps_the_rest() throws IOException {
    write(0, pattern(SIZE, 4));

    device.resize(2 * SIZE);

    assertThat(device.size()).isEqualTo(2 * SIZE);
    assertThat(read(0, SIZE)).isEqualTo(pattern(SIZE, 4));
    assertThat(read(SIZE, SIZE)).containsOnly(0);
  }

  @Test
  void what_was_cut_off_does_not_come_back() throws IOException {
    write(0, pattern(SIZE, 5));

    device.resize(1000);
    device.resize(SIZE);

    assertThat(read(0, SIZE)).isEqualTo(cleared(pattern(SIZE, 5), 1000, SIZE - 1000));
  }

  @Test
  void what_is_left_out_when_data_is_looked_for_reads_as_zeroes() throws IOException {
    device.discard(0, SIZE);
    write(SIZE / 2, pattern(100, 7));
    byte[] whole = read(0, SIZE);

    long end = 0;
    for (long at = device.dataFrom(0, SIZE); at < SIZE; at = device.dataFrom(end, SIZE)) {
      assertThat(Arrays.copyOfRange(whole, (int) end, (int) at))
          .isEqualTo(new byte[(int) (at - end)]);
      end = device.holeFrom(at, SIZE);
      assertThat(end).isBetween(at + 1, (long) SIZE);
    }

    assertThat(end).isGreaterThanOrEqualTo(SIZE / 2 + 100);
    assertThat(device.dataFrom(SIZE, SIZE)).isEqualTo(SIZE);
  }

  @Test
  void syncs_as_often_as_asked() throws IOException {
    device.sync();
    write(0, pattern(10, 6));
    device.sync();

    assertThat(read(0, 10)).isEqualTo(pattern(10, 6));
  }

  @Test
  void what_was_asked_to_reach_the_disk_early_is_there_and_can_be_synced() throws IOException {
    write(0, pattern(SIZE, 5));

    device.startSync(0, SIZE);
    device.startSync(SIZE - 512, 1 << 20); // a hint may be wrong
    device.sync();

    assertThat(read(0, SIZE)).isEqualTo(pattern(SIZE, 5));
  }

  @Test
  void closing_twice_is_harmless_and_a_closed_device_fails() throws IOException {
    device.close();
    device.close();

    assertFails(Errno.EBADF, () -> read(0, 1));
    assertFails(Errno.EBADF, () -> write(0, new byte[1]));
    assertFails(Errno.EBADF, () -> device.sync());
    assertFails(Errno.EBADF, () -> device.settle());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void behaves_like_a_byte_array(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] model = new byte[SIZE];

    for (int step = 0; step < 200; step++) {
      int position = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(SIZE - position, 9000) + 1);
      switch (random.nextInt(4)) {
        case 0 -> {
          device.discard(position, length);
          cleared(model, position, length);
        }
        case 1 -> {
          device.zero(position, length);
          cleared(model, position, length);
        }
        case 2 -> {
          byte[] content = pattern(length, step);
          write(position, content);
          System.arraycopy(content, 0, model, position, length);
        }
        default ->
            assertThat(read(position, length))
                .isEqualTo(Arrays.copyOfRange(model, position, position + length));
      }
    }
    assertThat(read(0, SIZE)).isEqualTo(model);
  }

  static LongStream seeds() {
    return LongStream.range(0, 10);
  }

  final byte[] read(long position, int length) throws IOException {
    NativeBuffer buffer = NativeBuffer.allocate(Math.max(1, length));
    device.read(position, buffer, length);
    byte[] content = new byte[length];
    buffer.seek(0).get(content, 0, length);
    return content;
  }

  final void write(long position, byte[] content) throws IOException {
    device.write(position, NativeBuffer.copyOf(content), content.length);
  }

  static void assertFails(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrnoException.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }

  static byte[] pattern(int length, long seed) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  private static byte[] cleared(byte[] content, int position, int length) {
    Arrays.fill(content, position, position + length, (byte) 0);
    return content;
  }
}
