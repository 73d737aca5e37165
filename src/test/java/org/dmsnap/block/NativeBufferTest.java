package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A window never reaches past its memory, and its cursor is where the last transfer ended. */
class NativeBufferTest {

  @Test
  void gives_back_what_was_put_into_it() {
    NativeBuffer buffer = NativeBuffer.allocate(16);

    buffer.put(new byte[] {9, 1, 2, 3, 9}, 1, 3);
    byte[] content = new byte[5];
    buffer.seek(0).get(content, 1, 3);

    assertThat(content).containsExactly(0, 1, 2, 3, 0);
    assertThat(buffer.done()).isEqualTo(3);
    assertThat(buffer.remaining()).isEqualTo(13);
  }

  @Test
  void numbers_are_little_endian() {
    NativeBuffer buffer = NativeBuffer.allocate(8);

    buffer.putLongLe(0x0102030405060708L);
    byte[] content = new byte[8];
    buffer.seek(0).get(content, 0, 8);

    assertThat(content).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(buffer.seek(0).getLongLe()).isEqualTo(0x0102030405060708L);
  }

  @Test
  void copies_from_another_window_and_moves_both_cursors() {
    NativeBuffer source = NativeBuffer.copyOf(new byte[] {1, 2, 3, 4});
    NativeBuffer target = NativeBuffer.allocate(4);

    target.put(source.advance(1), 2);

    assertThat(source.remaining()).isEqualTo(1);
    assertThat(target.done()).isEqualTo(2);
    byte[] content = new byte[2];
    target.seek(0).get(content, 0, 2);
    assertThat(content).containsExactly(2, 3);
  }

  @Test
  void sees_a_single_byte_that_is_not_zero() {
    for (int length : new int[] {1, 7, 8, 9, 4096, 4099}) {
      byte[] content = new byte[length];
      assertThat(NativeBuffer.copyOf(content).isZero(length)).isTrue();

      content[length - 1] = 1;
      assertThat(NativeBuffer.copyOf(content).isZero(length)).isFalse();
      assertThat(NativeBuffer.copyOf(content).isZero(length - 1)).isTrue();
    }
  }

  @Test
  void nothing_moves_past_either_end() {
    NativeBuffer buffer = NativeBuffer.allocate(4);

    assertPast(() -> buffer.advance(5));
    assertPast(() -> buffer.advance(-1));
    assertPast(() -> buffer.putZeroes(5));
    assertPast(() -> buffer.put(new byte[5], 0, 5));
    assertPast(() -> buffer.get(new byte[5], 0, 5));
    assertPast(() -> buffer.putLongLe(1));
    assertThat(buffer.done()).isZero();
  }

  private static void assertPast(Runnable move) {
    assertThatThrownBy(move::run).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
