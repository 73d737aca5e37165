package org.dmsnap.pool.change;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CowSizeTest {

  @Test
  void the_useful_maximum_is_lvms() {
    assertThat(CowSize.useful(32768, 8)).isEqualTo(4114 * 8); // 16 MiB
    assertThat(CowSize.useful(131072, 8)).isEqualTo(16450 * 8); // 64 MiB
  }

  @Test
  void grows_by_a_percentage_in_whole_chunks() {
    assertThat(CowSize.extended(16384, 8240, 50, 20, 8)).isEqualTo(19664);
  }

  @Test
  void grows_by_more_if_that_would_not_bring_it_below_the_threshold() {
    long grown = CowSize.extended(1600, 1600, 50, 20, 16);

    assertThat(grown).isEqualTo(3200);
  }
}
