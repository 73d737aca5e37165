package org.dmsnap.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a terminal shows while something takes long. */
class WorkingTest {

  @TempDir Path directory;
  private final StringWriter shown = new StringWriter();
  private final CountDownLatch first = new CountDownLatch(1);
  private final PrintWriter err =
      new PrintWriter(shown) {
        @Override
        public void flush() {
          super.flush();
          first.countDown();
        }
      };

  @Test
  void it_is_a_bar_and_gone_afterwards() throws Exception {
    Path counts = Files.writeString(directory.resolve("io"), "rchar: 1048576\nwchar: 7\n");

    try (Working working = Working.at("checking", err, counts, 1, 4 << 20)) {
      Files.writeString(counts, "rchar: 3145728\nwchar: 7\n");
      first.await();
      assertThat(working).isNotNull();
    }

    assertThat(shown.toString())
        .startsWith("\r  checking  ")
        .containsPattern("[02]/4 MiB \\(")
        .contains(" MiB/s")
        .endsWith("\r\u001b[K");
  }

  @Test
  void where_nobody_can_tell_what_is_expected_there_is_no_end_of_the_bar() throws Exception {
    Path counts = Files.writeString(directory.resolve("io"), "rchar: 1048576\n");

    try (Working working = Working.at("checking", err, counts, 1, Working.UNKNOWN)) {
      first.await();
      assertThat(working).isNotNull();
    }

    assertThat(shown.toString()).contains("0/? MiB");
  }

  @Test
  void what_is_over_before_a_second_is_over_shows_nothing() {
    Working working = Working.at("checking", err, directory, 60_000, 1);

    working.close();

    assertThat(shown.toString()).isEmpty();
  }
}
