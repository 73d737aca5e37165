package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;

class LoadedStoreTest {

  private static final int CHUNK_SECTORS = 16;
  private static final int CHUNK_BYTES = CHUNK_SECTORS * 512;

  private static LoadedStore load(byte[] cow, long originBytes) throws Exception {
    return LoadedStore.open(
        CowFile.alone(new RamDevice(cow)), ExceptionStoreType.of("P"), CHUNK_SECTORS, originBytes);
  }

  @Test
  void an_origin_too_large_for_the_table_is_refused_in_words() {
    byte[] fresh = new byte[4 * CHUNK_BYTES];

    assertThatThrownBy(() -> load(fresh, Long.MAX_VALUE - 511))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("at most 1 PiB");
  }

  @Test
  void of_a_store_full_of_duplicates_only_some_are_told() throws Exception {
    ByteBuffer cow = ByteBuffer.allocate(4 * CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    cow.putInt(0x70416e53).putInt(1).putInt(1).putInt(CHUNK_SECTORS);
    cow.position(CHUNK_BYTES);
    for (int i = 0; i < 500; i++) {
      cow.putLong(3).putLong(2);
    }

    LoadedStore loaded = load(cow.array(), 1 << 20);

    assertThat(loaded.notes()).hasSizeBetween(1, 20).allMatch(note -> note.contains("chunk 3"));
    assertThat(loaded.exceptions().find(3)).isEqualTo(2);
  }
}
