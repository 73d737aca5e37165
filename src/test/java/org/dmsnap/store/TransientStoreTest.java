package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;

class TransientStoreTest extends ExceptionStoreContract {

  @Override
  ExceptionStore open() throws IOException {
    return open(CHUNK.sectors());
  }

  @Override
  int chunksOfMetadata() {
    return 0;
  }

  private ExceptionStore open(int chunkSectors) throws IOException {
    return ExceptionStoreType.of("N")
        .open(CowFile.alone(cow), chunkSectors, CowImage.ORIGIN, (from, to) -> {});
  }

  @Test
  void writes_nothing_to_the_device_and_syncs_nothing() throws Exception {
    ExceptionStore store = open();
    store.commit(3, prepare(store));
    store.flush();
    store.invalidate();

    assertThat(cow.writes()).isZero();
    assertThat(cow.content()).containsOnly(0);
  }

  @Test
  void opened_again_it_is_empty_and_valid() throws Exception {
    ExceptionStore first = open();
    except(first, 3);
    first.invalidate();

    ExceptionStore second = open();

    assertThat(second.valid()).isTrue();
    assertThat(second.usage()).hasToString("0/64 0");
  }

  @Test
  void has_no_default_chunk_size() {
    assertThatThrownBy(() -> open(0))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessageContaining("Chunk size not set");
  }

  @Test
  void does_not_outlive_the_process() throws Exception {
    assertThat(ExceptionStoreType.of("N").persistent()).isFalse();
    assertThat(open().code()).isEqualTo("N");
  }
}
