package org.dmsnap.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standard error as the journal reads it. */
class JournalTest {

  @TempDir Path place;

  @Test
  void a_line_of_the_log_bears_its_level_as_a_number() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Journal journal = new Journal(out)) {
      journal.println("ERROR no space");
      journal.println("WARN Snapshot snap is now 80.00% full.");
      journal.println("INFO create base 1G: done");
      journal.println("ERRORS are few");
    }

    assertThat(out)
        .hasToString(
            """
            <3>no space
            <4>Snapshot snap is now 80.00% full.
            <6>create base 1G: done
            ERRORS are few
            """);
  }

  @Test
  void the_journal_is_known_by_device_and_inode() throws Exception {
    Path stream = Files.createFile(place.resolve("stream"));
    Path other = Files.createFile(place.resolve("other"));
    String name =
        Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");

    assertThat(Journal.reads(stream, name)).isTrue();
    assertThat(Journal.reads(other, name)).isFalse();
    assertThat(Journal.reads(stream, null)).isFalse();
    assertThat(Journal.reads(place.resolve("none"), name)).isFalse();
  }
}
