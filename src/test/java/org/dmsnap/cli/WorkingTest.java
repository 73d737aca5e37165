package org.dmsnap.cli;

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
  void it_is_how_much_has_been_read_and_gone_afterwards() throws Exception {
    Path counts = Files.writeString(directory.resolve("io"), "rchar: 3145728\nwchar: 7\n");

    try (Working working = Working.at("checking", err, counts, 1)) {
      first.await();
      assertThat(working).isNotNull();
    }

    assertThat(shown.toString())
        .startsWith("\r\u001b[K  checking: 3.0 MiB read\r")
        .endsWith("\r\u001b[K");
  }

  @Test
  void what_is_over_before_a_second_is_over_shows_nothing() {
    Working working = Working.at("checking", err, directory, 60_000);

    working.close();

    assertThat(shown.toString()).isEmpty();
  }
}
