package org.dmsnap.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

  @ParameterizedTest
  @CsvSource({
    "512b, 512",
    "1s, 512",
    "1K, 1024",
    "100M, 104857600",
    "1G, 1073741824",
    "2T, 2199023255552",
    "007K, 7168",
    "9223372036854775296b, 9223372036854775296"
  })
  void a_size_is_a_number_and_a_unit(String word, long bytes) {
    assertThat(Sizes.parse(word)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "", "M", "1.5G", "-1M", "+1M", "1MB", "1m", "0x10K", "1 M", "١M"})
  void anything_else_is_refused_and_the_units_are_named(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word))
        .withMessageContaining("b (bytes), s (sectors of 512), K, M, G or T");
  }

  @ParameterizedTest
  @ValueSource(strings = {"513b", "1b"})
  void a_size_is_a_whole_number_of_sectors(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word))
        .withMessageContaining("sectors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8388608T", "9223372036854775808b", "99999999999999999999999G"})
  void what_no_number_holds_is_refused(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word))
        .withMessageContaining("largest possible");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0b", "0M", "000T"})
  void none_is_no_size(String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse(word))
        .withMessageContaining("more than none");
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
