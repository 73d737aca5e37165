package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A snapshot that is taken anew, as who has looked at it before and who watches it sees it. */
class ResetMountTest {

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @Test
  void what_was_cached_of_the_old_one_is_not_read_from_the_new() {
    pool.control("create", "base 16M");
    pool.control("snapshot", "snap base 16M");
    pool.sh("seq 1000000 | dd of=$mnt/base conv=notrunc status=none");
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");

    pool.sh("$dmsnap reset $mnt snap");

    pool.sh("seq 1000000 | cmp - <(head -c 6888896 $mnt/snap)");
    pool.sh("seq 2000000 | tac | dd of=$mnt/base conv=notrunc status=none");
    pool.sh("seq 1000000 | cmp - <(head -c 6888896 $mnt/snap)");
    pool.remount();
    pool.sh("seq 1000000 | cmp - <(head -c 6888896 $mnt/snap)");
  }

  @Test
  void one_that_is_loop_mounted_is_busy() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base");
    pool.control("snapshot", "snap base 64M");
    pool.sh("mount -o loop $mnt/snap $b");

    assertThat(pool.refusal("reset", "snap")).startsWith("Device or resource busy: snap is open");

    pool.sh("umount $b");
    pool.awaitSh("$dmsnap reset $mnt snap");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).contains(" 32/");
  }

  @Test
  void who_watches_in_a_pipe_is_told_of_each_change_until_the_pool_is_gone() {
    pool.control("create", "base 16M");
    pool.control("snapshot", "snap base 16M P 8");
    Process status = pool.start("status", "exec $dmsnap status --watch $mnt snap");
    Process log = pool.start("log", "exec $dmsnap log --watch $mnt");
    pool.awaitSh("grep -q ' 16/' status.out && grep -q create log.out");
    pool.sh("echo | dd of=$mnt/base conv=notrunc status=none");
    pool.awaitSh("grep -q ' 24/' status.out");
    pool.sh("$dmsnap reset $mnt snap");
    pool.awaitSh("test $(grep -c ' 16/' status.out) = 2 && grep -q 'reset snap: done' log.out");

    pool.umount();

    MountedPool.await("the end of both", () -> !status.isAlive() && !log.isAlive());
    assertThat(pool.sh("cat status.out").lines().distinct().count()).isEqualTo(2);
    assertThat(pool.sh("cat status.err log.err")).hasLineCount(2);
    assertThat(pool.sh("sort log.out | uniq -d")).isEmpty();
  }
}
