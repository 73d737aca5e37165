package org.dmsnap.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.dmsnap.pool.state.EventLog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

  private final EventLog log = new EventLog();

  @ParameterizedTest
  @CsvSource({
    "512b, 512",
    "1s, 512",
    "1K, 1024",
    "100M, 104857600",
    "1G, 1073741824",
    "2T, 2199023255552",
    "1P, 1125899906842624",
    "007K, 7168",
    "100m, 104857600",
    "1k, 1024",
    "3p, 3377699720527872",
    "64MiB, 67108864",
    "1KiB, 1024",
    "2GiB, 2147483648",
    "1TiB, 1099511627776",
    "1PiB, 1125899906842624",
    "1.5G, 1610612736",
    "1.5g, 1610612736",
    "0.5KiB, 512",
    "2.0s, 1024",
    "1024.000000000000000000000000000000b, 1024",
    "9223372036854775296b, 9223372036854775296"
  })
  void a_size_is_a_number_and_a_unit(String word, long bytes) {
    assertThat(Sizes.parse(word, log)).isEqualTo(bytes);
    assertThat(log.events()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "1.5",
        "",
        "M",
        "MiB",
        ".5G",
        "5.G",
        "1.5.5G",
        "1,5G",
        "-1M",
        "+1M",
        "1MB",
        "1Mb",
        "1mb",
        "1bB",
        "1siB",
        "1biB",
        "1MiBs",
        "1Mib",
        "0x10K",
        "1e3K",
        "1E3K",
        "NaNK",
        "InfinityG",
        "1 M",
        "١M",
        "1٫5M",
        "1K\u0000",
        "20%",
        "20%FREE",
        "20%ORIGIN"
      })
  void anything_else_is_refused_and_the_units_are_named(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word, log))
        .withMessageContaining("b (bytes), s (sectors of 512), K, M, G, T or P");
  }

  @ParameterizedTest
  @CsvSource({
    "513b, 1024",
    "1b, 512",
    "0.1b, 512",
    "1.5s, 1024",
    "1.3K, 1536",
    "0.0000000000000000001T, 512",
    "1.0000000001M, 1049088"
  })
  void what_is_no_whole_number_of_sectors_is_rounded_up_and_told(String word, long bytes) {
    assertThat(Sizes.parse(word, log)).isEqualTo(bytes);
    assertThat(log.events()).hasSize(1);
    assertThat(log.events().get(0).text())
        .isEqualTo("rounding up " + word + " to whole sectors: " + bytes + "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8388608T",
        "8192P",
        "8191.9999999999999999P",
        "9223372036854775807b",
        "9223372036854775808b",
        "99999999999999999999999G"
      })
  void what_no_number_holds_is_refused(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word, log))
        .withMessageContaining("largest possible");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0b", "0M", "000T", "0.0G", "0.000KiB", "0s"})
  void none_is_no_size(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word, log))
        .withMessageContaining("more than none");
  }

  @ParameterizedTest
  @CsvSource({
    "20%ORIGIN, 212992",
    "100%origin, 1048576",
    "0.01%ORIGIN, 8192",
    "150%Origin, 1572864"
  })
  void a_share_of_an_origin_is_in_whole_chunks(String word, long bytes) {
    assertThat(Sizes.isShare(word)).isTrue();
    assertThat(Sizes.share(word, 1 << 20, 8192, log)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"20%", "20%FREE", "20%VG", "%ORIGIN", "+20%ORIGIN", "-1%ORIGIN", "2e1%ORIGIN"})
  void anything_else_is_no_share(String word) {
    assertThat(Sizes.isShare(word)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0%ORIGIN", "0.0%ORIGIN", "9999999999999999999%ORIGIN"})
  void a_share_has_the_bounds_of_a_size(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.share(word, 1 << 20, 8192, log))
        .withMessageContaining("bad size " + word);
  }

  @ParameterizedTest
  @CsvSource({
    "512, 512.00b",
    "1024, 1.00k",
    "268435456, 256.00m",
    "1610612736, 1.50g",
    "1072693248, 1023.00m",
    "1073737728, <1024.00m",
    "1099511627776, 1.00t",
    "1100585369600, 1.00t",
    "9223372036854775296, <8.00e"
  })
  void sizes_are_printed_as_lvm_prints_them(long bytes, String printed) {
    assertThat(Sizes.print(bytes)).isEqualTo(printed);
  }
}
