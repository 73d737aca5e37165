package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.store.CowImage.record;

import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said beforehand of how much will be read. */
class ReadingEstimateTest {

  private static final int SECTORS = 1;
  private static final int BYTES = 512;
  private static final int IN_AREA = 32;

  @ParameterizedTest(name = "{0} exceptions")
  @ValueSource(ints = {0, 1, 31, 32, 33, 64, 65, 300})
  void it_is_the_areas_that_begin_with_a_record(int exceptions) throws Exception {
    CowImage image = CowImage.of(800, SECTORS);
    for (int i = 0; i < exceptions; i++) {
      int area = i / IN_AREA;
      image.record(1 + area * (IN_AREA + 1L), i % IN_AREA, i, i + area + 2L);
    }
    RamDevice cow = image.device();

    long once = (exceptions + IN_AREA - 1) / IN_AREA * (long) BYTES;
    assertThat(ReadingEstimate.ofOneReading(cow)).isEqualTo(once);
    assertThat(ReadingEstimate.ofCheck(cow)).isEqualTo(2 * once);
  }

  @Test
  void a_device_full_to_its_end_is_told_too() throws Exception {
    RamDevice cow = CowImage.of(3, SECTORS, record(0, 2)).device();

    assertThat(ReadingEstimate.ofOneReading(cow)).isEqualTo(BYTES);
  }

  @Test
  void what_has_no_header_has_nothing_to_read() throws Exception {
    assertThat(ReadingEstimate.ofOneReading(CowImage.zeroes(16, SECTORS).device())).isZero();
    assertThatThrownBy(() -> ReadingEstimate.ofOneReading(new RamDevice(3)))
        .hasMessageContaining("smaller than a header");
  }
}
