package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.struct.FileStat;

class OpeningTest {

  private static final int O_DIRECT =
      "aarch64".equals(System.getProperty("os.arch")) ? 0200000 : 040000;
  private static final int O_RDWR = 2;
  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;
  private static final int PARALLEL = 1 << 6;

  private final Volume volume = new Volume();

  @Test
  void direct_writes_to_a_volume_are_parallel_if_what_is_open_can_be_mapped() {
    Opening cached = new Opening(O_DIRECT | O_RDWR);
    cached.keepCache();
    Opening noVolume = new Opening(O_DIRECT | O_RDWR);
    noVolume.directIo();

    assertThat(cached.told(volume, true)).isEqualTo(KEEP_CACHE | DIRECT_IO | PARALLEL);
    assertThat(cached.told(volume, false)).isEqualTo(KEEP_CACHE);
    assertThat(noVolume.told(volume, true)).isEqualTo(DIRECT_IO);
    assertThat(new Opening(O_RDWR).told(volume, true)).isZero();
  }

  @Test
  void an_open_while_writes_are_held_is_past_the_page_cache() {
    volume.held = true;

    assertThat(new Opening(0).told(volume, true)).isEqualTo(DIRECT_IO);
    volume.held = false;
    assertThat(new Opening(0).told(volume, true)).isZero();
  }

  @Test
  void what_it_is_opened_for_is_read_off_its_flags() {
    assertThat(new Opening(0).forWriting()).isFalse();
    assertThat(new Opening(1).forWriting()).isTrue();
    assertThat(new Opening(1).forReadingAndWriting()).isFalse();
    assertThat(new Opening(O_RDWR | O_DIRECT).forReadingAndWriting()).isTrue();
  }

  /** A volume that is suspended, or not. */
  private static final class Volume extends Handle {

    private boolean held;

    Volume() {
      super(new Node.Gone("/held"));
    }

    @Override
    boolean writesHeld() {
      return held;
    }

    @Override
    int read(Pointer buffer, int length, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    int write(Pointer buffer, int length, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    void stat(FileStat stat, Attributes attributes) {
      throw new UnsupportedOperationException();
    }

    @Override
    void truncate(long size) {
      throw new UnsupportedOperationException();
    }
  }
}
