package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What users find in a pool's directory, and put there. */
class PoolFilesTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_transient_snapshot_is_gone_after_a_remount() {
    pool.mount();
    pool.control("create", "base 8M");
    pool.control("snapshot", "brief base 4M N 8");
    pool.control("snapshot", "kept base 4M");
    pool.sh("echo new | dd of=$mnt/base conv=notrunc status=none");
    assertThat(pool.sh("ls -A $vg")).isEqualTo(".lock\nbase.img\nkept.cow\npool.table");
    assertThat(pool.sh("cat $mnt/ctl/table/brief")).matches("0 16384 snapshot base-real \\S+ N 8");
    assertThat(pool.run("test -e $mnt/brief-cow").succeeded()).isFalse();
    pool.remount();
    assertThat(pool.sh("ls $mnt")).isEqualTo("base\nbase-real\nctl\nkept\nkept-cow");
    assertThat(pool.sh("tr -d '\\0' <$mnt/kept | wc -c")).isEqualTo("0");
  }

  @Test
  void a_mount_says_on_a_line_each_what_it_leaves_out_and_nothing_of_what_went_well() {
    pool.mount("keeper=off");
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    pool.sh("exec 3<$mnt/base; echo snap >$mnt/ctl/merge; kill -9 " + pool.server().pid());
    pool.sh("truncate -s 1000 $vg/odd.img; echo precious >$vg/orphan.cow");

    Result result = pool.tryToMount();

    assertThat(result.succeeded()).as("%s", result).isTrue();
    assertThat(result.errors())
        .matches("dmsnap: orphan.cow is .*\\Rdmsnap: odd.img is left out: its size of 1000 .*");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("INFO Merging of volume snap into base");
  }

  @Test
  void an_orphaned_cow_file_is_reported_and_left() {
    pool.sh("echo precious >$vg/orphan.cow");
    pool.mount();
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("orphan.cow");
    pool.control("create", "base 1M");
    assertThat(pool.refusal("snapshot", "orphan base 1M")).startsWith("File exists: ");
    pool.umount();
    assertThat(pool.sh("cat $vg/orphan.cow")).isEqualTo("precious");
  }

  @Test
  void images_links_and_block_devices_become_volumes() {
    pool.sh("truncate -s 4M disk elsewhere $vg/raw.img; truncate -s 1000 $vg/odd.img");
    pool.sh("losetup -f --show disk >loop; ln -s $(cat loop) $vg/device.img");
    pool.sh("ln -s ../elsewhere $vg/link.img; mkdir $vg/directory.img");
    pool.mount();
    assertThat(pool.sh("ls $mnt")).isEqualTo("ctl\ndevice\nlink\nraw");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("odd.img").contains("directory.img");
    pool.sh("for i in device link raw; do echo s-$i $i 2M; done >$mnt/ctl/snapshot");
    pool.sh("for i in device link raw; do echo $i | dd of=$mnt/$i conv=notrunc,fsync; done");
    pool.remount();
    assertThat(pool.sh("for i in device link raw; do head -n1 $mnt/$i; done"))
        .isEqualTo("device\nlink\nraw");
    assertThat(pool.sh("cat $mnt/s-device $mnt/s-link $mnt/s-raw | tr -d '\\0' | wc -c"))
        .isEqualTo("0");
    assertThat(pool.refusal("extend", "device +1M")).startsWith("Device or resource busy: ");
    pool.sh("for i in device link raw; do echo s-$i; echo $i; done >$mnt/ctl/remove");
    pool.umount();
    assertThat(pool.sh("cat elsewhere | tr -d '\\0'; tr -d '\\0' <disk")).isEqualTo("link\ndevice");
    assertThat(pool.sh("ls $vg")).isEqualTo("directory.img\nodd.img\npool.table");
  }

  @Test
  void one_file_under_two_names_is_refused() {
    pool.sh("truncate -s 1M $vg/one.img $vg/orphan.cow; ln -s one.img $vg/two.img");
    Result result = pool.tryToMount();
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.errors()).contains("one.img").contains("two.img").hasLineCount(1);
  }

  @Test
  void an_origin_that_was_changed_meanwhile_is_refused_unless_that_is_accepted() {
    pool.mount();
    pool.control("create", "base 8M");
    pool.control("snapshot", "snap base 4M");
    pool.umount();
    pool.sh(
        "echo x | dd of=$vg/base.img conv=notrunc status=none; touch -d 2001-01-01 $vg/base.img");

    Result refused = pool.tryToMount();

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors())
        .contains("base")
        .contains("snap")
        .contains("accept_changed_origin")
        .hasLineCount(1);
    pool.mount("accept_changed_origin");
    assertThat(pool.sh("head -n1 $mnt/base")).isEqualTo("x");
    pool.remount();
  }

  @Test
  void a_damaged_snapshot_is_shown_invalid_and_its_origin_is_read_only() {
    pool.mount();
    pool.sh("printf 'base 8M\\nother 8M\\n' >$mnt/ctl/create");
    pool.control("snapshot", "snap base 4M");
    pool.umount();
    pool.sh("cp $vg/snap.cow saved; echo nonsense | dd of=$vg/snap.cow conv=notrunc status=none");
    String damaged = pool.sh("sha256sum <$vg/snap.cow");
    Result result = pool.tryToMount();
    assertThat(result.succeeded()).as("%s", result).isTrue();
    assertThat(result.errors()).startsWith("dmsnap: Snapshot snap could not be").hasLineCount(1);
    assertThat(pool.sh("grep snap $mnt/ctl/lvs"))
        .isEqualTo("  snap  vg swi-I-s--- 4.00m base   100.00");
    assertThat(pool.sh("stat -c %a $mnt/base")).isEqualTo("600"); // or it were EACCES, not EROFS
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 16384 snapshot Invalid");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("snap.cow");
    assertThat(pool.run("echo >>$mnt/base").errors()).contains("Read-only file system");
    pool.sh("echo fine | dd of=$mnt/other conv=notrunc status=none; head -c1 $mnt/base | wc -c");
    pool.umount();
    assertThat(pool.sh("sha256sum <$vg/snap.cow")).isEqualTo(damaged);
    pool.sh("cp saved $vg/snap.cow");
    pool.mount();
    pool.sh("echo new | dd of=$mnt/base conv=notrunc status=none");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 16384 snapshot 48/8192 32");
  }
}
