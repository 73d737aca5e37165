package org.dmsnap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code src/bench} makes of its measurements. */
class BenchmarkStatisticsTest {

  @ParameterizedTest(name = "1 to {0}")
  @CsvSource({
    "1,  1,    1,  1",
    "2,  1.5,  1,  2",
    "5,  3,    1,  5", // too few for an interval: the range
    "6,  3.5,  1,  6", // all on one side of the median: 2 of 64 cases, less than 5 %
    "8,  4.5,  1,  8",
    "9,  5,    2,  8",
    "15, 8,    4,  12", // from here on, the ranks of any table
    "20, 10.5, 6,  15",
    "30, 15.5, 10, 21"
  })
  void the_interval_of_a_median_is_that_of_the_sign_test(
      int count, String median, String low, String high) throws Exception {
    assertThat(awk("summary.awk", shuffled(count))).isEqualTo(median + " " + low + " " + high);
  }

  @Test
  void a_row_has_the_median_of_the_paired_ratios_and_not_the_ratio_of_the_medians()
      throws Exception {
    String runs =
        """
        ratio\tread\ttwin\t0.9\t100\t50\t1\t1
        ratio\tread\ttwin\t0.9\t10\t20\t1\t1
        ratio\tread\ttwin\t0.9\t90\t100\t3\t2
        """;

    assertThat(awk("tables.awk", runs))
        .contains("| read | twin | **0.90** | 0.50 – 2.00 | 0.9 | yes |");
  }

  @Test
  void what_is_asked_for_and_missed_is_said_to_be() throws Exception {
    String runs =
        """
        ratio\tread\ttwin\t0.9\t89\t100\t1\t1
        ratio\twrite\tstock\t\t89\t100\t1\t1
        value\tmount-seconds\ts\t1\t1.5
        """;

    assertThat(awk("tables.awk", runs))
        .contains("| read | twin | **0.89** | 0.89 – 0.89 | 0.9 | **no** |")
        .contains("| write | stock | **0.89** | 0.89 – 0.89 |  |  |")
        .contains("| mount-seconds | **1.50** s |  | 1 | **no** |");
  }

  @Test
  void a_page_gets_the_rows_it_names_and_keeps_all_else(@TempDir Path directory) throws Exception {
    Path runs = directory.resolve("runs.tsv");
    Path page = directory.resolve("page.md");
    Files.writeString(
        runs,
        """
        ratio\tdisk-read\traw\t0.9\t89\t100\t1\t1
        ratio\tdisk-read\tfuse3\t\t89\t100\t1\t1
        ratio\tread\traw\t0.9\t95\t100\t1\t1
        """);
    String before = "a\n<!-- measured: ^disk- -->\nold\n<!-- end -->\n<!-- measured: ^no -->\nb\n";
    Files.writeString(page, before + "<!-- end -->\nc\n");

    for (int time = 0; time < 2; time++) {
      run("", "src/bench/tell", runs.toString(), page.toString());
      assertThat(page)
          .hasContent(
              """
              a
              <!-- measured: ^disk- -->

              | workload | dmsnap, a second | raw | fuse3 |
              |---|---|---|---|
              | `disk-read` | 89.0 | **0.89** (0.89 – 0.89; asked 0.9) | 0.89 (0.89 – 0.89) |

              <!-- end -->
              <!-- measured: ^no -->
              b
              <!-- end -->
              c
              """);
    }
  }

  private static String shuffled(int count) {
    List<String> numbers =
        new ArrayList<>(IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList());
    Collections.shuffle(numbers, new Random(count));
    return String.join("\n", numbers);
  }

  /** What the program says to {@code input}. */
  private static String awk(String program, String input) throws Exception {
    return run(input, "awk", "-f", "src/bench/statistics.awk", "-f", "src/bench/" + program);
  }

  private static String run(String input, String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }
}
