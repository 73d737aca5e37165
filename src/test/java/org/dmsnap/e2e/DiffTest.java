package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

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
}
