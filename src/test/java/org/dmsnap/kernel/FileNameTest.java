package org.dmsnap.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any bytes survive every way between text, bytes and paths. */
class FileNameTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "2f", "6162", "2f62fc63686572", "62c3bc63686572", "f09f9880", "c3", "e282", "c328",
        "eda080", "c080", "ff", "20", "0a09", "5c303430", "232523", "2e2f2e2e2f61", "8081c3bc80",
      })
  void bytes_come_back(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThat(FileName.bytes(FileName.of(bytes))).isEqualTo(bytes);
    assertThat(FileName.bytes(FileName.path(FileName.of(bytes)))).isEqualTo(bytes);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatever_they_are(long seed) {
    byte[] bytes = new byte[200];
    new Random(seed).nextBytes(bytes);

    assertThat(FileName.bytes(FileName.of(bytes))).isEqualTo(bytes);
  }

  @Test
  void text_is_that_of_utf_8() {
    assertThat(FileName.of("bücher, 本, 😀".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("bücher, 本, 😀");
    assertThat(FileName.of(FileName.path("bücher"))).isEqualTo("bücher");
  }

  @Test
  void a_path_is_of_the_file_that_has_these_bytes() throws IOException {
    Path file = FileName.path(FileName.of(directory) + "/b\udcfccher #%\n");
    Files.createFile(file);

    assertThat(Files.list(directory)).containsExactly(file);
    assertThat(FileName.of(file)).endsWith("/b\udcfccher #%\n");
    assertThat(FileName.bytes(file.getFileName())[1]).isEqualTo((byte) 0xfc);
  }

  @Test
  void there_is_no_path_with_a_zero() {
    assertThatThrownBy(() -> FileName.path("a\0b")).isInstanceOf(IllegalArgumentException.class);
  }
}
