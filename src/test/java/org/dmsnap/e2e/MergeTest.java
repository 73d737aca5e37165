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
    pool.mount("keeper=off");
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

  /** The root file system is in use by the system that is rolled back, so the merge comes later. */
  @Test
  void a_system_is_as_it_was_once_an_upgrade_is_rolled_back() {
    pool.mount();
    pool.control("create", "base 256M");
    pool.sh("mkfs.ext4 -q $mnt/base && mount -o loop $mnt/base $a");
    pool.sh(
        "mkdir $a/usr; cp -a /etc $a/etc; cp -a /usr/sbin /usr/share/perl5 $a/usr/; sync -f $a");
    String before = tree();
    pool.control("snapshot", "snap base 200M");
    pool.sh("find $a/etc -type f -name '*.conf' -exec sh -c 'echo new >>$1' - {} \\;");
    pool.sh(
        "rm -r $a/usr/sbin; cp -a /usr/share/perl5 $a/opt; chmod -R o-r $a/usr; mv $a/etc $a/e");
    pool.sh("umount $a");

    pool.sh("$dmsnap merge --wait $mnt snap");

    pool.sh("mount -o loop $mnt/base $a"); // replays the journal as of the snapshot
    assertThat(tree()).isEqualTo(before);
    pool.sh("umount $a");
  }

  /** Every name, owner, mode, time and byte of what is mounted. */
  private String tree() {
    return pool.sh("tar -C $a --sort=name --numeric-owner -cf - . | sha256sum");
  }

  @Test
  void a_file_system_in_use_when_its_merge_is_killed_is_clean_and_as_the_snapshot_was()
      throws InterruptedException {
    pool.mount("keeper=off");
    pool.control("create", "base 256M");
    pool.sh("mkfs.ext4 -q $mnt/base && mount -o loop $mnt/base $a");
    pool.sh("head -c 100M /dev/urandom >$a/data; cp $a/data data; umount $a");
    pool.control("snapshot", "snap base 256M P 8");
    pool.sh("mount -o loop $mnt/base $a; head -c 100M /dev/urandom >$a/data; umount $a");
    pool.control("suspend", "base");
    pool.control("merge", "snap");
    pool.sh("mount -o loop,ro,noload $mnt/base $a; cmp -n 8M data $a/data");
    pool.control("resume", "base");
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());
    pool.sh("umount $a");

    pool.mount();

    pool.sh("e2fsck -fn $mnt/base && mount -o loop $mnt/base $a && cmp data $a/data");
    pool.sh("echo more >$a/more; umount $a");
    pool.awaitSh("test \"$(cat $mnt/ctl/table/base)\" = '0 524288 linear base.img 0'");
    pool.sh("e2fsck -fn $mnt/base && mount -o loop,ro $mnt/base $a && cmp data $a/data");
    assertThat(pool.sh("cat $a/more; umount $a")).isEqualTo("more");
  }
}
