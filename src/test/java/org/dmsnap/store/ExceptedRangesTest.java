package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ranges have exceptions, against a bit for each sector. */
class ExceptedRangesTest {

  private static final int SECTOR = 512;
  private static final int MOST_CHUNKS = 64;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void they_are_those_of_all_stores_in_order_and_joined(long seed) throws IOException {
    Random random = new Random(seed);
    int sectors = 1 + random.nextInt(2000);
    BitSet model = new BitSet();
    List<CowReader> stores = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      stores.add(store(random, sectors, model));
    }

    for (int window : new int[] {1, 7, 64, ExceptedRanges.WINDOW}) {
      assertThat(ranges(stores, (long) sectors * SECTOR, window)).isEqualTo(runs(model, sectors));
    }
  }

  @Test
  void a_store_without_exceptions_has_none() throws IOException {
    assertThat(ranges(List.of(reader(CowImage.of(16, 1))), 1 << 20, ExceptedRanges.WINDOW))
        .isEmpty();
  }

  @Test
  void the_last_chunk_ends_with_the_origin() throws IOException {
    CowReader store = reader(CowImage.of(16, 8, CowImage.record(1, 2)));

    assertThat(ranges(List.of(store), 4096 + 512, ExceptedRanges.WINDOW))
        .containsExactly("4096 512");
  }

  @Test
  void what_lies_beyond_the_origin_is_left_out() throws IOException {
    CowReader store =
        reader(CowImage.of(16, 8, CowImage.record(Long.MAX_VALUE, 2), CowImage.record(-1, 3)));

    assertThat(ranges(List.of(store), 8192, ExceptedRanges.WINDOW)).isEmpty();
  }

  private static CowReader store(Random random, int sectors, BitSet model) throws IOException {
    int chunk = 4 << random.nextInt(4);
    int chunks = (sectors + chunk - 1) / chunk;
    List<long[]> records = new ArrayList<>();
    for (int n = Math.min(random.nextInt(MOST_CHUNKS), chunks); n > 0; n--) {
      int old = random.nextInt(chunks);
      records.add(CowImage.record(old, 2 + records.size()));
      model.set(old * chunk, (old + 1) * chunk);
    }
    return reader(CowImage.of(MOST_CHUNKS + 2, chunk, records.toArray(long[][]::new)));
  }

  private static CowReader reader(CowImage image) throws IOException {
    return CowReader.of(image.device(), DiskHeader.of(image.device()));
  }

  private static List<String> ranges(List<CowReader> stores, long bytes, int window)
      throws IOException {
    List<String> found = new ArrayList<>();
    ExceptedRanges.forEach(
        stores, bytes, window, (position, length) -> found.add(position + " " + length));
    return found;
  }

  private static List<String> runs(BitSet model, int sectors) {
    List<String> runs = new ArrayList<>();
    for (int from = model.nextSetBit(0); from >= 0 && from < sectors; ) {
      int to = Math.min(sectors, model.nextClearBit(from));
      runs.add((long) from * SECTOR + " " + (long) (to - from) * SECTOR);
      from = model.nextSetBit(to);
    }
    return runs;
  }
}
