package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** An image that is written to as soon as its pool is unmounted. */
class ChangedImageTest {

  private static final String WRITE = "printf X | dd of=$vg/base.img bs=1 seek=4096 conv=notrunc";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  private void volumes() {
    pool.mount();
    pool.control("create", "base 4M");
    pool.control("snapshot", "snap base 4M");
  }

  private void assertRefused() {
    assertThat(pool.tryToMount().errors()).contains("accept_changed_origin").hasLineCount(1);
  }

  @Test
  void is_noticed_each_time() {
    volumes();
    for (int round = 0; round < 3; round++) {
      pool.sh("$dmsnap umount $mnt && " + WRITE);
      assertRefused();
      pool.mount("accept_changed_origin");
    }
  }

  @Test
  void is_noticed_where_times_have_whole_seconds_also_if_mtime_is_restored() {
    pool.sh("truncate -s 64M small; mkfs.ext4 -q -I 128 small; mount -o loop small $vg");
    volumes();
    pool.sh("echo | dd of=$mnt/base conv=notrunc,fsync");

    pool.sh(
        "$dmsnap umount $mnt; cp -p $vg/base.img old; " + WRITE + "; touch -r old $vg/base.img");

    assertThat(pool.sh("stat -c %y old")).contains(".000000000");
    assertRefused();
  }

  @Test
  void one_that_is_only_read_is_not_changed_nor_by_a_mount_of_what_it_lies_on() {
    pool.sh("truncate -s 64M small; mkfs.ext4 -q small; mount -o loop small $vg");
    volumes();
    pool.umount();
    String times = "stat -c '%n %y %z' $mnt/*";

    pool.sh("cp $vg/base.img old; umount $vg; mount -o loop small $vg");
    pool.mount();
    String before = pool.sh(times);
    pool.umount();
    pool.sh("tar cf x.tar $vg; umount $vg; mount -o loop small $vg");
    pool.mount();

    assertThat(withoutCtl(pool.sh(times))).isEqualTo(withoutCtl(before));
  }

  private static String withoutCtl(String lines) {
    return lines.replaceAll("(?m)^\\S*/ctl .*$", "");
  }

  @Test
  void a_write_through_a_loop_device_is_noticed() {
    volumes();
    pool.umount();

    pool.sh(
        "l=$(losetup --show -f $vg/base.img); printf X | dd of=$l bs=512 conv=sync,fsync;"
            + " losetup -d $l");

    assertRefused();
  }
}
