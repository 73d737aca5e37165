package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.engine.OverflowPolicy;
import org.junit.jupiter.api.Test;

/** What happens while a snapshot fills. */
class SnapshotWatchTest extends PoolFixture {

  private static final int CHUNK = 8192;

  @Test
  void without_extension_it_is_warned_of_and_then_invalid_for_good() throws Exception {
    openWithSnapshot(100, OverflowPolicy.INVALIDATE);

    fill(24);

    assertThat(logged())
        .contains("80% full", "85% full", "90% full", "95% full")
        .contains("Snapshot snap became Invalid: Unable to allocate exception");
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(read("base", 23 * CHUNK, 512)).containsOnly(5);
    reopen();
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(device("base").writable()).isTrue();
  }

  @Test
  void each_warning_is_given_once() throws Exception {
    openWithSnapshot(100, OverflowPolicy.INVALIDATE);

    fill(16);
    fill(16);

    assertThat(logged().split("% full", -1)).as("80, 85, 90").hasSize(3 + 1);
  }

  @Test
  void extended_it_is_not_warned_of_and_listed_at_its_new_size() throws Exception {
    openWithSnapshot(70, OverflowPolicy.INVALIDATE);

    fill(40);

    assertThat(logged()).doesNotContain("% full").contains("Snapshot snap extended from 320s to");
    long sectors = device("snap-cow").size() / 512;
    pool.close();
    assertThat(table()).contains("snap-cow: 0 " + sectors + " linear");
  }

  private void openWithSnapshot(int threshold, OverflowPolicy overflow) throws Exception {
    open(new PoolOptions(false, false, threshold, 20, overflow));
    pool.create("base", MIB);
    snapshot("snap", "base", 20 * CHUNK, "P");
  }

  private void fill(int chunks) throws Exception {
    for (int chunk = 0; chunk < chunks; chunk++) {
      write("base", (long) chunk * CHUNK, 5, CHUNK);
    }
  }
}
