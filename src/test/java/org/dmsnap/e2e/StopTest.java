package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Every way in which a mount ends, under load, and what is there afterwards. */
class StopTest {

  /** Says which file was synced, after each. */
  static final String SYNCED_WRITES =
      "i=0; while i=$((i + 1)); seq $i 3000 >$a/$i.new && sync $a/$i.new && echo $i; do :; done";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_busy_mount_is_not_unmounted_and_its_holders_are_named() {
    mountFileSystem();
    Process writer = pool.start("writer", "exec 3<>$mnt/snap; " + SYNCED_WRITES);
    pool.awaitSh("test -s writer.out");

    Result refused = pool.run("$dmsnap umount $mnt");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors())
        .contains("/dev/loop")
        .contains(Long.toString(writer.pid()))
        .hasLineCount(1);
    pool.sh("echo works >$a/still; sync $a/still; grep works $a/still");
    pool.sh("echo 'another base 4M' >$mnt/ctl/snapshot");
    MountedPool.end(writer);
    pool.awaitSh("umount $a");
    pool.umount();
    pool.mount();
    assertFileSystemHolds("writer.out");
  }

  @Test
  void umount_returns_once_the_pool_can_be_mounted_again() {
    pool.mount();
    pool.control("create", "base 64M");
    pool.control("snapshot", "snap base 64M");
    for (int round = 0; round < 3; round++) {
      pool.sh("yes " + round + " | dd of=$mnt/base bs=1M iflag=fullblock count=32 status=none");
      pool.remount();
      pool.sh("yes " + round + " | head -c 32M | cmp - <(head -c 32M $mnt/base)");
    }
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");
  }

  @Test
  void sigterm_waits_for_those_who_close() throws InterruptedException {
    Process server = foreground();
    mountFileSystem();
    Process writer = pool.start("writer", SYNCED_WRITES);
    pool.awaitSh("test -s writer.out");
    pool.control("suspend", "base");
    pool.sh("kill -TERM " + pool.server().pid());
    pool.awaitSh("test $(wc -l <writer.out) -gt 5"); // resumed, and still served
    MountedPool.end(writer);
    pool.awaitSh("umount $a");
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    pool.mount();
    assertFileSystemHolds("writer.out");
  }

  @Test
  void another_mount_namespace_is_named_and_not_waited_for() throws InterruptedException {
    Process server = apart();
    Process other = inAnotherNamespace();

    Result refused = pool.run("$dmsnap umount $mnt/in");
    pool.sh("kill -TERM " + server.pid());

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("process " + other.pid() + " (sleep) at ");
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    MountedPool.end(other);
    pool.sh("$dmsnap mount $vg $mnt/in && $dmsnap umount $mnt/in");
  }

  @Test
  void sigterm_names_another_mount_namespace() throws InterruptedException {
    Process server = apart();
    Process other = inAnotherNamespace();

    pool.sh("kill -TERM " + server.pid());

    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    assertThat(pool.sh("cat server.out server.err"))
        .contains("still mounted for process " + other.pid() + " (sleep) at ");
    MountedPool.end(other);
    pool.sh("$dmsnap mount $vg $mnt/in && $dmsnap umount $mnt/in");
  }

  @Test
  void sigterm_detaches_those_who_do_not_close() throws InterruptedException {
    Process server = foreground();
    mountFileSystem();
    Process writer = pool.start("writer", SYNCED_WRITES);
    pool.awaitSh("test -s writer.out");
    pool.sh("kill -TERM " + pool.server().pid());
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    assertThat(pool.sh("cat server.out server.err")).contains("/dev/loop");
    MountedPool.end(writer);
    pool.awaitSh("umount $a");
    pool.mount();
    assertFileSystemHolds("writer.out");
  }

  @Test
  void what_was_synced_survives_a_kill_and_the_next_mount_needs_no_help() {
    pool.mount("keeper=off");
    mountFileSystem();
    pool.sh(
        "head -c 8M /dev/urandom >random; dd if=random of=$mnt/other bs=64K conv=notrunc,fsync");
    pool.sh("dd if=random of=$mnt/kept bs=1M seek=16 conv=notrunc,fsync");
    Process writer = pool.start("writer", SYNCED_WRITES);
    pool.awaitSh("test $(wc -l <writer.out) -gt 5");
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());
    MountedPool.end(writer);
    assertThat(pool.run("ls $mnt").errors()).contains("not connected");
    assertThat(pool.run("$dmsnap lvs $mnt").errors())
        .contains("the process that served", "is gone; mount the pool again");
    pool.awaitSh("umount $a");

    pool.mount();

    assertFileSystemHolds("writer.out");
    pool.sh("cmp -n 8388608 random $mnt/other");
    pool.sh("dd if=$mnt/kept bs=1M skip=16 count=8 status=none | cmp - random");
    assertThat(pool.sh("head -c 8M $mnt/kept | tr -d '\\0' | wc -c")).isEqualTo("0");
    assertThat(pool.sh("grep -c $mnt /proc/mounts")).isEqualTo("1");
  }

  @Test
  void a_volume_that_is_mounted_by_itself_elsewhere_keeps_the_pool() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.sh("touch volume; mount --bind $mnt/base volume");

    assertThat(pool.run("$dmsnap umount $mnt").errors())
        .contains("volume, which shows its base; unmount that first")
        .hasLineCount(1);

    pool.sh("cmp $mnt/base volume; $dmsnap umount volume");
    pool.umount();
    pool.sh("cmp -n 1048576 vg/base.img /dev/zero");
  }

  @Test
  void an_unmount_does_not_wait_for_what_is_suspended() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.control("suspend", "base");
    Process held =
        pool.start("held", "exec dd if=/dev/urandom of=$mnt/base bs=4K count=1 oflag=direct");
    pool.awaitSh("test -e /proc/" + held.pid() + "/fd/1");

    Result refused = pool.run("timeout 60 $dmsnap umount $mnt");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("in use by process " + held.pid());
    pool.control("resume", "base");
    MountedPool.await("the writer's end", () -> !held.isAlive());
    pool.control("suspend", "base");
    pool.umount();
  }

  @Test
  void a_mount_in_the_background_holds_no_directory() {
    pool.sh("mkdir here; cd here; ln -s ../vg; $dmsnap mount vg $mnt");

    assertThat(pool.sh("readlink /proc/" + pool.server().pid() + "/cwd")).isEqualTo("/");
    pool.control("create", "base 1M");
    pool.umount();
    assertThat(pool.sh("ls -A vg")).isEqualTo(".lock\nbase.img\npool.table");
  }

  @Test
  void a_lazy_unmount_ends_with_the_last_close() {
    pool.mount();
    pool.control("create", "base 64M");
    ProcessHandle server = pool.server();
    Process writer =
        pool.start("w", "exec 3<>$mnt/base; until test -e go; do sleep 0.05; done; echo late >&3");
    pool.awaitSh("$dmsnap lvs $mnt | grep -q owi-ao; ls -l /proc/" + writer.pid() + "/fd/3");
    pool.sh("umount -l $mnt; touch go");
    MountedPool.await("the server's end", () -> !server.isAlive());
    pool.mount();
    assertThat(pool.sh("head -c 5 $mnt/base")).isEqualTo("late");
  }

  private Process foreground() {
    Process server = pool.start("server", "exec $dmsnap mount -f $vg $mnt");
    pool.awaitSh("test -d $mnt/ctl");
    return server;
  }

  /** Serves the pool in a mount that is private, so that no unmount of it is one elsewhere. */
  private Process apart() {
    pool.sh("mount --bind $mnt $mnt; mount --make-private $mnt; mkdir $mnt/in");
    Process server = pool.start("server", "exec $dmsnap mount -f $vg $mnt/in");
    pool.awaitSh("test -d $mnt/in/ctl");
    return server;
  }

  /** A process that has a copy of every mount. */
  private Process inAnotherNamespace() {
    Process other = pool.start("other", "exec unshare -m --propagation unchanged sleep infinity");
    pool.awaitSh("grep -q sleep /proc/" + other.pid() + "/comm");
    return other;
  }

  /**
   * An ext4 over {@code base}, with the snapshot {@code snap}; and {@code other} with {@code kept}.
   */
  private void mountFileSystem() {
    if (!pool.run("test -d $mnt/ctl").succeeded()) {
      pool.mount();
    }
    pool.sh("printf 'base 128M\\nother 32M\\n' >$mnt/ctl/create");
    pool.sh("mkfs.ext4 -q -F $mnt/base; mount -o loop $mnt/base $a");
    pool.sh("printf 'snap base 128M\\nkept other 64M\\n' >$mnt/ctl/snapshot");
  }

  private void assertFileSystemHolds(String said) {
    assertFileSystemHolds(pool, "base", said);
  }

  /** Whatever the writer said was synced is there, and the file system is clean. */
  static void assertFileSystemHolds(MountedPool pool, String volume, String said) {
    pool.sh("mount -o loop $mnt/" + volume + " $a");
    pool.sh("for i in $(cat " + said + "); do seq $i 3000 | cmp - $a/$i.new; done");
    pool.sh("umount $a; e2fsck -fn $mnt/" + volume);
  }
}
