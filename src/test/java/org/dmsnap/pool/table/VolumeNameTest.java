package org.dmsnap.pool.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "A-1", "+_.-", ".hidden", "a.img", "control", "real", "_-"})
  void takes_what_lvm_takes(String name) {
    assertThat(VolumeName.check(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", ".", "..", "ctl", "a-real", "a-cow", "a/b", "a b", "a\n", "ä", "a:"})
  void refuses_in_words(String name) {
    assertThatThrownBy(() -> VolumeName.check(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takes_127_bytes_and_no_more() {
    assertThat(VolumeName.check("a".repeat(127))).hasSize(127);
    assertThatThrownBy(() -> VolumeName.check("a".repeat(128))).hasMessageContaining("127");
  }
}
