package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Incremental copies by the recipes of docs/COMMANDS.md. */
class DiffTest {

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @Test
  void a_copy_of_an_older_snapshot_becomes_one_of_a_younger() throws IOException {
    writeTwoDays();
    pool.sh("cp --sparse=always $mnt/monday copy.img");

    pool.sh("dmsnap() { $dmsnap \"$@\"; }; " + recipe("incremental copy"));

    pool.sh("cmp copy.img $mnt/tuesday; ! cmp -s copy.img $mnt/base");
    long copied =
        Long.parseLong(
            pool.sh("$dmsnap diff $mnt tuesday --from monday | awk '{n += $2} END {print n}'"));
    assertThat(copied).isBetween(3L << 20, 9L << 20);
  }

  @Test
  void so_does_a_copy_in_qcow2() throws IOException {
    writeTwoDays();
    pool.sh("qemu-img convert -U -f raw -O qcow2 $mnt/monday copy.qcow2");

    pool.sh("dmsnap() { $dmsnap \"$@\"; }; " + recipe("incremental copy to qcow2"));

    pool.sh("qemu-img compare -U -f raw -F qcow2 $mnt/tuesday copy.qcow2");
  }

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

  private void writeTwoDays() {
    pool.control("create", "base 64M");
    pool.sh("head -c 20M /dev/urandom | dd of=$mnt/base bs=1M conv=notrunc status=none");
    pool.control("snapshot", "monday base 64M P 64");
    pool.sh("head -c 3M /dev/urandom | dd of=$mnt/base bs=4K seek=301 conv=notrunc status=none");
    pool.control("snapshot", "tuesday base 64M P 8");
    pool.sh("head -c 5M /dev/urandom | dd of=$mnt/base bs=4K seek=5000 conv=notrunc status=none");
    pool.sh("echo own | dd of=$mnt/tuesday bs=512 seek=100001 conv=notrunc status=none");
  }

  /** The block in the documentation that bears the name. */
  private static String recipe(String name) throws IOException {
    String text = Files.readString(Path.of("docs/COMMANDS.md"));
    String mark = "<!-- recipe: " + name + "; runs as a test -->\n```sh\n";
    int start = text.indexOf(mark) + mark.length();
    return text.substring(start, text.indexOf("```", start));
  }
}
