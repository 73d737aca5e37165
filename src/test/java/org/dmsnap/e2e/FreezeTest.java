package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of file systems that are held still meanwhile, and are let go whatever happens. */
class FreezeTest {

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @Test
  void a_frozen_file_system_needs_no_recovery_and_holds_what_was_never_synced() {
    mountFileSystem();
    Process writer =
        pool.start("writer", "for i in $(seq 400); do echo $i >$a/w$i; done; touch ended");
    pool.sh("seq 100000 >$a/unsynced");

    pool.sh("$dmsnap snapshot --freeze $mnt snap base 64M");

    assertThat(pool.sh("dumpe2fs -h $mnt/snap 2>&1")).doesNotContain("needs_recovery");
    pool.sh("e2fsck -fn $mnt/snap; mount -o loop,ro,noload $mnt/snap $b");
    pool.sh("seq 100000 | cmp - $b/unsynced; umount $b");
    pool.awaitSh("test -e ended; echo thawed >$a/thawed; sync -f $a");
    MountedPool.await("the writer's end", () -> !writer.isAlive());
  }

  @Test
  void what_cannot_be_done_leaves_nothing_frozen() {
    mountFileSystem();
    pool.control("suspend", "base");
    Result suspended = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");
    pool.control("resume", "base");
    Result refused = pool.run("$dmsnap snapshot --freeze $mnt snap base 64X");

    assertThat(suspended.errors()).contains("suspended");
    assertThat(refused.errors()).contains("bad size");
    pool.sh("touch $a/goes-on; ! test -e $mnt/snap");
  }

  @Test
  void nothing_to_freeze_is_said_and_harmless() {
    pool.control("create", "base 64M");

    Result done = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");

    assertThat(done.succeeded()).isTrue();
    assertThat(done.errors()).contains("nothing was frozen").hasLineCount(1);
    assertThat(pool.run("$dmsnap snapshot --freeze $mnt snap2 base2 64M").errors())
        .contains("no volume base2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP", "KILL"})
  void whatever_ends_the_freezer_it_is_thawed(String signal) {
    mountFileSystem();
    Process freezer = frozen();
    String guard = pool.sh("pgrep -P " + freezer.pid());

    pool.sh("kill -" + signal + " " + freezer.pid());

    pool.sh("touch $a/goes-on; sync -f $a");
    MountedPool.await("the freezer's end", () -> !freezer.isAlive());
    pool.awaitSh("! test -e /proc/" + guard);
  }

  @Test
  void a_freezer_that_is_stopped_does_not_hold_it_for_ever_and_says_so_later() {
    mountFileSystem();
    Process freezer = frozen();

    pool.sh("kill -STOP " + freezer.pid() + "; touch $a/goes-on; sync -f $a");

    pool.sh("kill -CONT " + freezer.pid() + "; echo >>go");
    MountedPool.await("the freezer's end", () -> !freezer.isAlive());
    assertThat(pool.sh("cat freezer.err")).contains("was thawed too early");
  }

  @Test
  void a_freezer_thaws_itself_without_its_guard() {
    mountFileSystem();
    Process freezer = frozen();

    pool.sh("kill -KILL $(pgrep -P " + freezer.pid() + "); echo >>go");

    MountedPool.await("the freezer's end", () -> !freezer.isAlive());
    assertThat(freezer.exitValue()).isZero();
    pool.sh("touch $a/goes-on; sync -f $a");
  }

  @Test
  void what_another_has_frozen_stays_his() {
    mountFileSystem();
    pool.sh("fsfreeze -f $a");

    Result refused = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");
    Result frozenStill = pool.run("fsfreeze -u $a");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("is frozen already").hasLineCount(1);
    assertThat(frozenStill.succeeded()).as("it was frozen: %s", frozenStill).isTrue();
  }

  @Test
  void the_file_system_may_hold_the_temporary_directory_the_output_and_the_programs() {
    mountFileSystem();
    pool.sh("mkdir $a/bin; cp /bin/sh /usr/bin/timeout /usr/bin/head /sbin/fsfreeze $a/bin; sync");

    Result done =
        pool.run(
            """
            cp /bin/true stays; unshare -m bash -c '
            mount --bind $a /var/tmp; mkdir -p /var/tmp/tmp; exec >$a/out 2>$a/err
            export TMPDIR=$a/tmp PATH=$a/bin:$PATH; cd $a
            timeout 20 $dmsnap snapshot --freeze $mnt snap base 64M || exit
            timeout 20 $dmsnap snapshot --freeze $mnt snap base 64M; test $? = 1'
            """);

    assertThat(done.succeeded()).as("%s", done).isTrue();
    assertThat(pool.sh("cat $a/err")).contains("there is a volume snap already");
  }

  @Test
  void one_that_was_mounted_through_another_path_to_the_volume_is_found() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base; mount --bind $mnt $b; mount -o loop $b/base $a");

    frozenSnapshotNeedsNoRecovery();
  }

  @Test
  void one_on_a_loop_device_over_the_loop_device_is_found() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base; mount -o loop $(losetup -f --show $mnt/base) $a");

    frozenSnapshotNeedsNoRecovery();
  }

  @Test
  void one_that_names_another_of_its_devices_is_found() {
    pool.control("create", "one 128M");
    pool.control("create", "two 128M");
    pool.sh(
        """
        mkfs.btrfs -q $mnt/one $mnt/two
        one=$(losetup -f --show $mnt/one); two=$(losetup -f --show $mnt/two)
        mount -o device=$two $one $a""");

    for (String volume : new String[] {"one", "two"}) {
      Result done = pool.run("$dmsnap snapshot --freeze $mnt s" + volume + " " + volume + " 16M");
      assertThat(done.succeeded()).as("%s", done).isTrue();
      assertThat(done.errors()).isEmpty();
    }
  }

  @Test
  void those_of_a_group_are_all_frozen() {
    mountFileSystem();
    pool.control("create", "log 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/log; mount -o loop $mnt/log $b");
    pool.sh("seq 1000 >$a/unsynced; seq 1000 >$b/unsynced");

    Result done = pool.run("$dmsnap snapshot --freeze $mnt a1 base 64M \\; b1 log 64M");

    assertThat(done.succeeded()).as("%s", done).isTrue();
    assertThat(done.errors()).isEmpty();
    for (String snapshot : new String[] {"a1", "b1"}) {
      assertThat(pool.sh("dumpe2fs -h $mnt/" + snapshot + " 2>&1"))
          .doesNotContain("needs_recovery");
    }
    pool.sh("touch $a/goes-on $b/goes-on");
  }

  @Test
  void a_group_that_cannot_be_taken_leaves_nothing_frozen() {
    mountFileSystem();
    pool.control("create", "log 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/log; mount -o loop $mnt/log $b");

    Result refused = pool.run("$dmsnap snapshot --freeze $mnt a1 base 64M \\; b1 none 64M");
    pool.control("suspend", "log");
    Result suspended = pool.run("$dmsnap snapshot --freeze $mnt a1 base 64M \\; b1 log 64M");
    pool.control("resume", "log");

    assertThat(refused.errors()).contains("because of b1: there is no volume none");
    assertThat(suspended.errors()).contains("log is suspended");
    pool.sh("touch $a/goes-on $b/goes-on; sync -f $a; ! test -e $mnt/a1");
  }

  @Test
  void a_btrfs_on_two_volumes_is_of_one_moment() {
    pool.control("create", "one 128M");
    pool.control("create", "two 128M");
    pool.sh(
        """
        mkfs.btrfs -q -d raid0 -m raid1 $mnt/one $mnt/two
        one=$(losetup -f --show $mnt/one); two=$(losetup -f --show $mnt/two)
        mount -o device=$two $one $a; seq 200000 >$a/unsynced""");

    Result done = pool.run("$dmsnap snapshot --freeze $mnt s1 one 64M \\; s2 two 64M");

    assertThat(done.succeeded()).as("%s", done).isTrue();
    assertThat(done.errors()).isEmpty();
    pool.sh(
        """
        rm $a/unsynced; umount $a; losetup -d $(losetup -nl -O NAME -j $mnt/one)
        losetup -d $(losetup -nl -O NAME -j $mnt/two)
        one=$(losetup -f --show $mnt/s1); two=$(losetup -f --show $mnt/s2)
        btrfs device scan -u 2>/dev/null || :
        btrfs check --readonly $one >/dev/null 2>&1; mount -o device=$two $one $a
        seq 200000 | cmp - $a/unsynced""");
  }

  @Test
  void one_in_a_file_of_another_is_frozen_first() {
    mountFileSystem();
    pool.sh("truncate -s 16M $a/inner; mkfs.ext4 -q -F $a/inner; mount -o loop $a/inner $b");
    pool.sh("echo unsynced >$b/unsynced");

    frozenSnapshotNeedsNoRecovery();

    pool.sh("debugfs -R 'dump /inner inner' $mnt/snap 2>/dev/null");
    assertThat(pool.sh("dumpe2fs -h inner 2>&1")).doesNotContain("needs_recovery");
    pool.sh("e2fsck -fn inner");
  }

  private void frozenSnapshotNeedsNoRecovery() {
    pool.sh("seq 1000 >$a/unsynced");
    Result done = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");
    assertThat(done.succeeded()).as("%s", done).isTrue();
    assertThat(done.errors()).isEmpty();
    assertThat(pool.sh("dumpe2fs -h $mnt/snap 2>&1")).doesNotContain("needs_recovery");
    pool.sh("touch $a/goes-on");
  }

  /** A process that has frozen what is on {@code $a}, until there is a line in {@code go}. */
  private Process frozen() {
    String java = System.getProperty("java.home") + "/bin/java -XX:-UsePerfData -cp ";
    String classes = System.getProperty("java.class.path");
    pool.sh("mkfifo go");
    Process freezer =
        pool.start(
            "freezer",
            "exec env --default-signal=INT,HUP,TERM "
                + (java + classes + " " + FrozenUntilEnd.class.getName())
                + " $a <>go");
    pool.awaitSh("grep -q frozen freezer.out");
    return freezer;
  }

  private void mountFileSystem() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base; mount -o loop $mnt/base $a");
  }
}
