package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A snapshot is put back into its origin, as a user does it. */
class MergeTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_file_system_is_rolled_back_once_it_is_unmounted() {
    pool.mount();
    pool.control("create", "base 256M");
    pool.sh("mkfs.ext4 -q $mnt/base && mount -o loop $mnt/base $a");
    pool.sh("echo before >$a/file; sync -f $a; $dmsnap snapshot $mnt snap base 100M");
    pool.sh("echo after >$a/file; head -c 16M /dev/urandom >$a/upgrade; sync -f $a");

    pool.control("merge", "snap");

    assertThat(pool.sh("cat $mnt/ctl/status/base")).isEqualTo("0 524288 snapshot-origin");
    assertThat(pool.sh("cat $a/file")).isEqualTo("after");
    pool.sh("umount $a");
    pool.awaitSh("test \"$(cat $mnt/ctl/table/base)\" = '0 524288 linear base.img 0'");
    assertThat(pool.sh("ls vg")).isEqualTo("base.img\npool.table");
    pool.sh("e2fsck -fn $mnt/base");
    pool.sh("mount -o loop $mnt/base $a");
    assertThat(pool.sh("cat $a/file; ls $a/upgrade 2>&1 | grep -c cannot")).isEqualTo("before\n1");
    pool.sh("umount $a");
  }

  @Test
  void a_merge_that_is_killed_goes_on_with_the_next_mount() throws InterruptedException {
    pool.mount();
    pool.sh("head -c 64M /dev/urandom >old; head -c 64M /dev/urandom >new");
    pool.control("create", "base 64M");
    pool.sh("dd if=old of=$mnt/base bs=1M conv=notrunc,fsync");
    pool.sh("$dmsnap snapshot $mnt snap base 80M; $dmsnap snapshot $mnt sibling base 80M");
    pool.sh("dd if=new of=$mnt/snap bs=1M conv=notrunc,fsync");
    pool.control("merge", "snap");
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());

    pool.mount();

    pool.sh("cmp new $mnt/base");
    pool.awaitSh("test ! -e vg/snap.cow");
    pool.sh("cmp new $mnt/base; cmp old $mnt/sibling; cmp new vg/base.img");
    assertThat(pool.sh("cat $mnt/ctl/status/base")).isEqualTo("0 131072 snapshot-origin");
  }
}
