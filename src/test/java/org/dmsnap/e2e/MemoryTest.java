package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A server in a control group with little memory. */
class MemoryTest {

  private static final String LIMIT = "128M";

  /** Makes a group {@code $group} of either version, if root may. */
  private static final String GROUP =
      "for top in /sys/fs/cgroup/memory /sys/fs/cgroup; do group=$top/dmsnap-test-$$;"
          + " mkdir $group 2>/dev/null || continue;"
          + " for file in memory.limit_in_bytes memory.max; do"
          + " if [ -f $group/$file ] && echo "
          + LIMIT
          + " >$group/$file; then echo $group >group; exit 0; fi; done; rmdir $group; done; exit 1";

  private static final String EACH = "for i in 0 1 2 3 4 5 6 7 8 9; do ";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @AfterEach
  void remove_the_group() {
    pool.run("$dmsnap umount $mnt");
    pool.awaitSh("test ! -f group || rmdir $(cat group)");
  }

  @Test
  void ten_written_origins_live_in_128_mebibytes() {
    assumeTrue(pool.run(GROUP).succeeded(), "needs a control group of memory");
    pool.sh("echo $$ >$(cat group)/cgroup.procs; exec $dmsnap mount $vg $mnt");
    pool.sh(EACH + "echo o$i 32M; done >$mnt/ctl/create");
    pool.sh(EACH + "echo s$i o$i 40M; done >$mnt/ctl/snapshot");
    pool.sh("head -c 32M /dev/urandom >data");

    pool.sh(
        "w() { for i; do dd if=data of=$mnt/o$i bs=128K conv=notrunc,fsync status=none || exit 1;"
            + " done; }; w 0 4 8 & first=$!; w 1 5 9 & second=$!; w 2 6 & third=$!; w 3 7;"
            + " wait $first; wait $second; wait $third");

    pool.sh(EACH + "cmp data $mnt/o$i; cmp -n 33554432 $mnt/s$i /dev/zero; done");
    assertThat(limit()).isEqualTo(128L << 20 >> 2);
    pool.umount();
    pool.mount();
    pool.sh(EACH + "cmp data $mnt/o$i; cmp -n 33554432 $mnt/s$i /dev/zero; done");
  }

  private long limit() {
    return Long.parseLong(pool.sh("sed -n 's/^dmsnap_waiting_limit_bytes.* //p' $mnt/ctl/metrics"));
  }
}
