package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {

  private static final int VERSION = 7;
  private static final int BYTES = 1 << 20;

  private final HeldDescriptors held = new HeldDescriptors();

  @AfterEach
  void close() {
    held.close();
  }

  private SharedMemory memory() throws IOException {
    return SharedMemory.of(held, "state", VERSION, BYTES);
  }

  @Test
  void it_is_new_and_zero_where_nobody_left_any() throws IOException {
    SharedMemory memory = memory();

    assertThat(memory.inherited()).isFalse();
    assertThat(memory.size()).isEqualTo(BYTES);
    assertThat(memory.get(BYTES - 8)).isZero();
  }

  @Test
  void a_successor_finds_words_texts_and_bytes() throws IOException {
    SharedMemory memory = memory();
    memory.publish(64, 42);
    memory.putText(128, "grüße", 20);
    memory.populate(4096, 4096);
    NativeBuffer.copy(NativeBuffer.copyOf(new byte[] {1, 2, 3}).address(), memory.address(4096), 3);

    SharedMemory successor = memory();

    assertThat(successor.inherited()).isTrue();
    assertThat(successor.get(64)).isEqualTo(42);
    assertThat(successor.text(128, 20)).isEqualTo("grüße");
    byte[] bytes = new byte[3];
    new NativeBuffer().wrap(successor.address(4096), 3).get(bytes, 0, 3);
    assertThat(bytes).containsExactly(1, 2, 3);
  }

  @Test
  void another_version_is_refused_in_words() throws IOException {
    memory();

    assertThatThrownBy(() -> SharedMemory.of(held, "state", VERSION + 1, BYTES))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO))
        .hasMessageContaining("version 7")
        .hasMessageContaining("version 8");
  }

  @Test
  void it_cannot_be_made_shorter_or_longer() throws IOException {
    memory();
    int descriptor = held.inherited("state");

    assertThat(LibC.INSTANCE.ftruncate(descriptor, 4096)).isEqualTo(-1);
    assertThat(LibC.INSTANCE.ftruncate(descriptor, 8L * BYTES)).isEqualTo(-1);
    LibC.INSTANCE.close(descriptor);
  }

  @Test
  void what_is_not_sealed_or_not_of_that_name_is_refused() throws IOException {
    int open = LibC.INSTANCE.memfd_create("open", 1);
    LibC.INSTANCE.ftruncate(open, 8192);
    held.keep("state", open);
    assertThatThrownBy(this::memory).hasMessageContaining("not sealed");

    SharedMemory.of(held, "other", VERSION, BYTES);
    int other = held.inherited("other");
    held.keep("state", other);
    assertThatThrownBy(this::memory).hasMessageContaining("no memory of dmsnap's of that name");
    LibC.INSTANCE.close(open);
    LibC.INSTANCE.close(other);
  }

  @Test
  void a_text_with_a_length_that_cannot_be_is_refused() throws IOException {
    SharedMemory memory = memory();
    memory.put(0, Long.MAX_VALUE);

    assertThatThrownBy(() -> memory.text(0, 20)).isInstanceOf(ErrnoException.class);
  }
}
