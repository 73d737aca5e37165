package org.dmsnap.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorLimitTest {

  private static final String BEFORE =
      "Limit                     Soft Limit           Hard Limit           Units     \n"
          + "Max processes             5                    6                    processes \n"
          + "Max open files            ";

  @TempDir Path place;

  @Test
  void the_hard_limit_counts() throws Exception {
    assertThat(limit("1024                 4096                 files     ")).isEqualTo(4096);
  }

  @Test
  void no_limit_is_none() throws Exception {
    assertThat(limit("1024                 unlimited            files")).isEqualTo(Long.MAX_VALUE);
    assertThat(DescriptorLimit.of(place.resolve("none"))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void that_of_this_process_is_in_the_words() {
    assertThat(DescriptorLimit.words())
        .contains(DescriptorLimit.ofThisProcess() + " open files", "LimitNOFILE=", "ulimit -n");
  }

  private long limit(String numbers) throws IOException {
    return DescriptorLimit.of(
        Files.writeString(place.resolve("limits"), BEFORE + numbers + "\nMax locked  1 2\n"));
  }
}
