package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What diff and map say of a mounted pool; docs/RECIPES.md has copies made by them. */
class DiffTest {

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @Test
  void what_a_snapshot_says_of_its_origin_is_so() {
    pool.control("create", "base 64M");
    pool.control("snapshot", "snap base 64M P 8");
    assertThat(pool.sh("$dmsnap diff $mnt snap")).isEmpty();
    pool.sh("head -c 1M /dev/urandom | dd of=$mnt/base bs=4K seek=5 conv=notrunc status=none");
    pool.sh("echo own | dd of=$mnt/snap bs=1 seek=50000000 conv=notrunc status=none");

    assertThat(pool.sh("$dmsnap diff $mnt snap")).isEqualTo("20480 1048576\n49999872 4096");
    assertThat(pool.sh("LC_ALL=C $dmsnap map --width 8 $mnt snap")).isEqualTo("-....-..");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"diff $mnt snap", "diff --json $mnt snap", "lvs $mnt", "check $mnt/snap-cow"})
  void a_list_that_cannot_be_printed_is_a_failure_but_for_want_of_a_reader(String command) {
    pool.control("create", "base 64M");
    pool.control("snapshot", "snap base 64M P 8");
    pool.sh("head -c 1M /dev/urandom | dd of=$mnt/base bs=4K seek=5 conv=notrunc status=none");

    Result full = pool.run("$dmsnap " + command + " >/dev/full");
    Result unread = pool.run("$dmsnap " + command + " | true");

    assertThat(full.status()).isEqualTo(1);
    assertThat(full.errors())
        .contains("cannot write to standard output: No space left on device")
        .hasLineCount(1);
    assertThat(unread.errors()).isEmpty();
  }
}
