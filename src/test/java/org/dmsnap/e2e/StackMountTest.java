package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Stacked snapshots of a live file system, as who rotates them sees them. */
class StackMountTest {

  private static final int HOURS = 40;
  private static final int KEPT = 5;

  @AutoClose private final MountedPool pool = MountedPool.empty().mount("stack");

  private void formatted() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base && mount -o loop $mnt/base $a");
  }

  private void hour(int hour) {
    pool.sh(
        "echo "
            + hour
            + " >$a/hour-"
            + hour
            + " && dd if=/dev/urandom of=$a/data bs=64k"
            + " count=4 status=none");
    pool.sh("$dmsnap snapshot --freeze $mnt h" + hour + " base 16M");
  }

  @Test
  void each_hour_shows_its_files_and_the_oldest_goes_at_once() {
    formatted();
    for (int hour = 1; hour <= HOURS; hour++) {
      hour(hour);
      if (hour > KEPT) {
        pool.sh("$dmsnap remove $mnt h" + (hour - KEPT));
        assertThat(pool.sh("ls $mnt")).doesNotContain("h" + (hour - KEPT) + "\n");
      }
      if (hour == HOURS / 2) {
        pool.sh("umount $a");
        pool.remount("stack");
        pool.sh("mount -o loop $mnt/base $a");
      }
    }
    for (int hour = HOURS - KEPT + 1; hour <= HOURS; hour++) {
      pool.sh("mount -o loop,ro,noload $mnt/h" + hour + " $b");
      assertThat(pool.sh("ls $b | grep -c hour-")).isEqualTo(String.valueOf(hour));
      pool.awaitSh("umount $b");
    }
    assertThat(pool.sh("awk 'NR > 1 && $5 != \"base\"' $mnt/ctl/lvs | wc -l")).isEqualTo("1");
    pool.sh("umount $a && $dmsnap umount $mnt && $dmsnap check $vg");
    assertThat(pool.sh("ls $vg/*.cow | wc -l")).isEqualTo(String.valueOf(KEPT));
  }

  @Test
  void a_merge_of_the_oldest_is_seen_all_the_way() {
    formatted();
    for (int hour = 1; hour <= 3; hour++) {
      hour(hour);
    }
    pool.sh("umount $a");

    String told = pool.sh("$dmsnap merge --wait $mnt h1");

    assertThat(told).endsWith("  base: Merged: 100.00%");
    pool.sh("mount -o loop $mnt/base $a");
    assertThat(pool.sh("ls $a | grep -c hour-")).isEqualTo("1");
    pool.sh("mount -o loop,ro,noload $mnt/h3 $b");
    assertThat(pool.sh("ls $b | grep -c hour-")).isEqualTo("3");
    pool.awaitSh("umount $b");
  }

  @Test
  void commands_know_what_it_is_a_snapshot_of_and_what_it_reads_through() {
    pool.control("create", "base 1M");
    for (int hour = 1; hour <= 3; hour++) {
      pool.control("snapshot", "h" + hour + " base 1M");
      pool.sh(
          "head -c 8192 /dev/urandom | dd of=$mnt/base bs=8k seek="
              + hour
              + " conv=notrunc status=none");
    }

    assertThat(pool.sh("$dmsnap diff $mnt h1")).isEqualTo("8192 24576");
    assertThat(pool.sh("$dmsnap diff $mnt h3")).isEqualTo("24576 8192");
    assertThat(pool.sh("$dmsnap diff $mnt h2 --from h1")).isEqualTo("8192 8192");
    assertThat(pool.sh("$dmsnap map --json $mnt h1")).contains("\"origin\": \"base\"");
    assertThat(pool.sh("$dmsnap lvs --json $mnt")).contains("\"lv_ancestors\": \"base\"");
    assertThat(pool.sh("grep -c 'origin=\"base\"' $mnt/ctl/metrics")).isNotEqualTo("0");
    pool.sh("$dmsnap doctor $mnt | grep -v problem");
  }
}
