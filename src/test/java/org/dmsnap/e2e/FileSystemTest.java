package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real file systems on loop devices over origins and snapshots. */
class FileSystemTest {

  /** A file system, how it is checked, and how a copy of it is mounted beside it. */
  enum FileSystem {
    EXT4("mkfs.ext4 -q -F", "e2fsck -fn", "rw"),
    XFS("mkfs.xfs -q -f", "xfs_repair -n", "nouuid");

    final String make;
    final String check;
    final String mountOptions;

    FileSystem(String make, String check, String mountOptions) {
      this.make = make;
      this.check = check;
      this.mountOptions = mountOptions;
    }
  }

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @ParameterizedTest
  @EnumSource
  void a_snapshot_keeps_the_old_while_the_origin_gets_the_new(FileSystem system) {
    pool.control("create", "base 400M");
    pool.sh("l=$(losetup -f --show $mnt/base); " + system.make + " $l; losetup -d $l");
    pool.sh("mount -o loop,discard $mnt/base $a");
    pool.sh("seq 1000000 >$a/file; seq 100 >$a/doomed; sync -f $a");
    Process writer =
        pool.start("writer", "for i in $(seq 40); do seq $i 20000 >$a/w$i; sync $a/w$i; done");
    pool.awaitSh("test -s $a/w3");
    pool.control("snapshot", "snap base 300M");
    pool.sh("seq 2000000 | tac >$a/file; rm $a/doomed; sync -f $a");
    MountedPool.await("the writer's end", () -> !writer.isAlive());

    pool.sh("mount -o loop," + system.mountOptions + " $mnt/snap $b");
    assertOld("$b");
    pool.sh("cp $b/file $b/copy; sync -f $b; umount $b");
    assertNew("$a");
    pool.sh("umount $a");
    assertClean(system);

    pool.remount();
    pool.sh("mount -o loop $mnt/base $a; umount $a"); // alone: the same UUID twice is refused
    pool.sh("mount -o loop,ro," + system.mountOptions + " $mnt/snap $b");
    assertOld("$b");
    pool.sh("cmp $b/file $b/copy; umount $b; mount -o loop $mnt/base $a");
    assertNew("$a");
    pool.sh("umount $a");
    assertClean(system);
    assertThat(pool.sh("cat $mnt/ctl/log")).doesNotContain(" ERROR ");
  }

  @ParameterizedTest
  @EnumSource
  void a_snapshot_is_a_disk_of_its_own(FileSystem system) {
    pool.control("create", "base 400M");
    pool.sh("seq 1000000 | dd of=$mnt/base conv=notrunc status=none");
    String before = pool.sh("sha256sum <$mnt/base");
    pool.control("snapshot", "snap base 400M");
    pool.sh("l=$(losetup -f --show $mnt/snap); " + system.make + " $l; losetup -d $l");
    pool.sh("mount -o loop $mnt/snap $b; seq 1000000 >$b/file; umount $b");
    pool.remount();
    pool.sh(system.check + " $mnt/snap; mount -o loop $mnt/snap $b");
    assertThat(pool.sh("seq 1000000 | cmp - $b/file; umount $b")).isEmpty();
    assertThat(pool.sh("sha256sum <$mnt/base")).isEqualTo(before);
  }

  private void assertOld(String where) {
    pool.sh("seq 1000000 | cmp - " + where + "/file; seq 100 | cmp - " + where + "/doomed");
    pool.sh("seq 1 20000 | cmp - " + where + "/w1");
  }

  private void assertNew(String where) {
    pool.sh("seq 2000000 | tac | cmp - " + where + "/file; ! test -e " + where + "/doomed");
    pool.sh("for i in $(seq 40); do seq $i 20000 | cmp - " + where + "/w$i; done");
  }

  private void assertClean(FileSystem system) {
    pool.sh(system.check + " $mnt/base; " + system.check + " $mnt/snap");
  }
}
