package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a server dies of, or in the midst of: another goes on, or words tell why none can. */
class SuccessionCausesTest {

  /** A control group with as much memory as a server takes and little more, by either interface. */
  private static final String GROUP =
      """
      memory=/sys/fs/cgroup/memory limit=memory.limit_in_bytes
      test -d $memory || { memory=/sys/fs/cgroup limit=memory.max; }
      group=$memory/dmsnap-${work##*/}
      """;

  /** Takes more than there is; who is to be killed for that is the server. */
  private static final String HOG =
      """
      (
        sh -c 'echo $PPID' >$group/cgroup.procs
        echo 1000 >/proc/SERVER/oom_score_adj
        head -c SIZE /dev/zero | tail -n 1 | wc -c
      ) >hog
      """;

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void for_want_of_memory_in_a_control_group() {
    assumeTrue(pool.run(GROUP + "mkdir $group").succeeded(), "needs control groups");
    try {
      pool.sh(
          GROUP + "echo 600M >$group/$limit; echo $$ >$group/cgroup.procs; $dmsnap mount $vg $mnt");
      pool.control("create", "base 8M");
      pool.control("snapshot", "snap base 8M N");
      pool.sh(
          "head -c 8M /dev/urandom >data; dd if=data of=$mnt/base bs=64k conv=notrunc status=none");
      long server = pool.server().pid();

      pool.sh(GROUP + HOG.replace("SIZE", "700M").replace("SERVER", "" + server));

      pool.sh("cmp data $mnt/base; tr -d '\\0' <$mnt/snap | cmp - /dev/null");
      assertThat(pool.server().pid()).isNotEqualTo(server);
      pool.awaitSh(
          "grep 'process " + server + ", was killed, as it seems for want of memory' $mnt/ctl/log");
      pool.umount();
    } finally {
      pool.run(
          GROUP + "while ! rmdir $group; do kill -9 $(cat $group/cgroup.procs); sleep 0.1; done");
    }
  }

  @Test
  void on_a_full_disk() {
    pool.sh("mount -t tmpfs -o size=24M none $vg");
    pool.mount();
    pool.control("create", "base 8M");
    pool.sh(
        "head -c 8M /dev/urandom >data; dd if=data of=$mnt/base bs=64k conv=notrunc status=none");
    pool.control("snapshot", "snap base 8M");
    pool.run("cat /dev/zero >$vg/rest");
    pool.sh("exec 3<>$mnt/base; kill -9 " + pool.server().pid() + "; cmp data $mnt/base");
    pool.sh("cmp data $mnt/snap");

    pool.sh(
        "rm $vg/rest; head -c 1M /dev/zero | dd of=$mnt/base conv=notrunc,fsync;"
            + " cmp data $mnt/snap");
    pool.umount();
  }

  @Test
  void with_the_file_system_of_the_pool_gone() {
    pool.sh("truncate -s 64M fs; mkfs.ext4 -q fs; fuse2fs fs $vg -o fakeroot");
    pool.start("server", "exec $dmsnap mount -f $vg $mnt");
    pool.awaitSh("test -d $mnt/ctl");
    pool.control("create", "base 1M");
    pool.sh("kill -9 $(pgrep -f \"fuse2fs fs $vg\"); kill -9 " + pool.server().pid());

    MountedPool.await(
        "the end of all", () -> pool.findServer().isEmpty() && pool.findKeeper().isEmpty());

    MountedPool.await("a dead mount", () -> pool.run("ls $mnt").errors().contains("not connected"));
    assertThat(pool.sh("cat server.err"))
        .contains("cannot go on with " + pool.mountpoint(), "Transport endpoint is not connected");
  }
}
