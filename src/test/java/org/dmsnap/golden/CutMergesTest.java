package org.dmsnap.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.store.MergeRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Merges that go on chunk by chunk, from where the kernel began to where the kernel was cut. */
class CutMergesTest {

  /** With the status line that the kernel showed at the cut. */
  static Stream<Arguments> cuts() {
    return Stream.of(
        Arguments.of("32-merge-suspended", "56/2048 16"),
        Arguments.of("33-merge-power-cut", "96/2048 16"),
        Arguments.of("41-merge-many-areas", "2904/6144 24"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void at_the_kernels_numbers_every_byte_of_the_cow_device_is_the_kernels(
      String scenario, String status) throws Exception {
    RamDevice cow = image(scenario, "cow-before-merge.img.gz");
    ExceptionStore store = open(cow);

    while (!store.usage().toString().equals(status)) {
      assertThat(mergeOneChunk(store)).isPositive();
    }

    assertThat(cow.content()).isEqualTo(image(scenario, "cow-interrupted.img.gz").content());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void from_the_cut_on_to_the_end_it_is_the_kernels_too(String scenario, String status)
      throws Exception {
    RamDevice cow = image(scenario, "cow-interrupted.img.gz");
    ExceptionStore store = open(cow);
    assertThat(store.usage().toString()).isEqualTo(status);

    while (mergeOneChunk(store) > 0) {}

    assertThat(cow.content()).isEqualTo(image(scenario, "cow.img.gz").content());
  }

  @Test
  void the_numbers_count_down_as_the_kernel_counts_them() throws Exception {
    ExceptionStore store = open(image("41-merge-many-areas", "cow-before-merge.img.gz"));
    int chunk = 8;
    long left = exceptions(store, chunk);
    assertThat(left).isEqualTo(600);

    for (long run = 1; run > 0; left -= run) {
      assertThat(store.usage().toString()).isEqualTo(numbers(left, chunk));
      run = mergeOneChunk(store);
    }
    assertThat(left).isZero();
  }

  /** Stepping back from an emptied area changes the metadata number before anything is merged. */
  @Test
  void at_an_area_boundary_the_metadata_number_goes_first() throws Exception {
    ExceptionStore store = open(image("42-merge-exact-area", "cow-before-merge.img.gz"));
    assertThat(store.usage().toString()).isEqualTo("2072/2400 24");

    List<MergeRun> runs = store.prepareMerge(1);

    assertThat(store.usage().toString()).isEqualTo("2072/2400 16");
    store.commitMerge(runs.get(0).run().count());
    assertThat(store.usage().toString()).isEqualTo("2056/2400 16");
  }

  private static long mergeOneChunk(ExceptionStore store) throws Exception {
    List<MergeRun> runs = store.prepareMerge(1);
    long chunks = runs.stream().mapToLong(run -> run.run().count()).sum();
    if (chunks > 0) {
      store.commitMerge(chunks);
    }
    return chunks;
  }

  /** What the kernel says with {@code left} exceptions, none of them in flight, and no holes. */
  private static String numbers(long left, int chunk) {
    long areas = left / (32 * chunk);
    return "%d/6144 %d".formatted((left + 2 + areas) * chunk, (areas + 2) * chunk);
  }

  private static long exceptions(ExceptionStore store, int chunk) {
    String[] words = store.usage().toString().split("[/ ]");
    long areas = Long.parseLong(words[2]) / chunk - 2;
    return Long.parseLong(words[0]) / chunk - 2 - areas;
  }

  private static ExceptionStore open(RamDevice cow) throws Exception {
    return ExceptionStoreType.of("P")
        .open(CowFile.alone(cow), 8, 4 << 20, (oldChunk, newChunk) -> {});
  }

  private static RamDevice image(String scenario, String file) throws Exception {
    Path path = GoldenFiles.ALL.resolve(scenario).resolve(file);
    return new RamDevice(GoldenFiles.read(path));
  }
}
