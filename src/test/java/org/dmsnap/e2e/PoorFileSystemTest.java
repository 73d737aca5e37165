package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A pool on a file system that can do little: exFAT over FUSE has no second name for a file, no
 * rename that refuses to replace, no file without a name, no holes, and takes Base for base.
 */
class PoorFileSystemTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  private void mount() {
    pool.sh("truncate -s 64M disk; mkfs.exfat disk; losetup -f --show disk >loop");
    pool.sh("mount.exfat-fuse $(cat loop) $vg");
    pool.mount();
  }

  @Test
  void every_command_does_all_of_its_work() {
    mount();
    pool.control("create", "base 4M");
    assertThat(pool.sh("ls $vg/*.img $vg/.*.new 2>/dev/null || :")).endsWith("/base.img");
    pool.control("snapshot", "snap base 4M");
    pool.control("snapshot", "brief base 4M N 8");
    pool.sh("head -c 1M /dev/urandom >new; dd if=new of=$mnt/base conv=notrunc,fsync");
    pool.sh("cmp -n 4194304 $mnt/snap /dev/zero; cmp -n 4194304 $mnt/brief /dev/zero");
    pool.control("reset", "snap");
    pool.remount();
    pool.sh("cmp -n 1048576 $mnt/snap new; cmp -n 1048576 $mnt/base new");
    pool.sh("dd if=/dev/zero of=$mnt/base bs=1M count=1 conv=notrunc,fsync");
    pool.sh("$dmsnap merge --wait $mnt snap; cmp -n 1048576 $mnt/base new");
    pool.control("extend", "base 5M");
    pool.remount();
    pool.control("remove", "base");
    pool.umount();
    assertThat(pool.sh("ls -A $vg")).isEqualTo(".lock\npool.table");
  }

  @Test
  void a_name_that_it_takes_for_another_is_refused_before_anything_is_done() {
    mount();
    pool.control("create", "base 1M");

    assertThat(pool.refusal("create", "Base 1M")).contains("File exists", "spelt otherwise");
    assertThat(pool.refusal("snapshot", "BASE base 1M")).isNotEmpty();

    assertThat(pool.sh("ls $mnt; ls -A $vg | grep -v fuse_hidden"))
        .isEqualTo("base\nctl\n.lock\nbase.img\npool.table");
  }

  @Test
  void a_file_that_never_got_its_name_is_served_and_gets_it() {
    mount();
    pool.control("create", "base 1M");
    pool.sh("echo kept | dd of=$mnt/base conv=notrunc,fsync");
    pool.umount();
    pool.sh("mv $vg/base.img $vg/.base.img.new");

    pool.mount();

    assertThat(pool.sh("head -n 1 $mnt/base; ls $vg")).isEqualTo("kept\nbase.img\npool.table");
  }

  @Test
  void where_it_is_gone_everything_says_so_and_nothing_hangs() {
    mount();
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    pool.sh("kill -9 $(pgrep -f \"mount.exfat-fuse $(cat loop) \")");

    assertThat(pool.run("echo x | dd of=$mnt/base conv=notrunc,fsync").errors())
        .contains("Input/output error");
    assertThat(pool.run("cat $mnt/base").errors()).contains("Input/output error");
    pool.awaitSh("grep -q Invalid $mnt/ctl/status/snap");
    assertThat(pool.refusal("create", "more 1M"))
        .startsWith("Input/output error: ")
        .contains("is gone", "Transport endpoint is not connected", "mount it again");
    assertThat(pool.run("$dmsnap doctor $mnt").output()).contains("it is there no more");
    assertThat(pool.run("$dmsnap umount $mnt").succeeded()).isFalse();
    assertThat(pool.isMounted()).isFalse();
  }
}
