package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A server that may have few files open. */
class DescriptorsTest {

  private static final String LIMITED = "ulimit -n 80; $dmsnap mount $vg $mnt";
  private static final String REASON = "the limit of a process is 80 open files (LimitNOFILE=";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void what_could_not_be_mounted_again_is_refused_and_leaves_nothing() {
    pool.sh(LIMITED);
    pool.sh("for i in $(seq 8); do echo o$i 1M; echo s$i o$i 1M >&2; done >origins 2>snapshots");
    pool.sh("cat origins >$mnt/ctl/create; cat snapshots >$mnt/ctl/snapshot"); // 16 and 64 are 80
    String files = pool.sh("ls -A $vg; cat $vg/pool.table");

    assertThat(pool.run("$dmsnap create $mnt more 1M").errors()).contains("17 volumes", REASON);
    assertThat(pool.run("echo more 1M >$mnt/ctl/create").errors()).contains("Too many open files");
    for (String type : new String[] {"P", "PO", "N"}) {
      Result refused = pool.run("$dmsnap snapshot $mnt more o1 1M " + type);
      assertThat(refused.errors()).as(type).contains(REASON);
    }

    assertThat(pool.sh("ls -A $vg; cat $vg/pool.table")).isEqualTo(files);
    pool.sh("for i in $(seq 8); do exec cat <$mnt/o$i >/dev/null & done; wait; $dmsnap lvs $mnt");
    pool.sh("$dmsnap reset $mnt s1; $dmsnap merge --wait $mnt s2; $dmsnap remove $mnt s3");
    pool.sh("$dmsnap snapshot $mnt s2 o2 1M; $dmsnap create $mnt o9 1M");
    pool.umount();
    pool.sh(LIMITED + "; $dmsnap lvs $mnt | grep -q o9");
  }

  @Test
  void a_mount_that_meets_the_limit_says_which_and_changes_nothing() {
    pool.mount();
    pool.sh("for i in $(seq 10); do echo o$i 1M; echo s$i o$i 1M >&2; done >origins 2>snapshots");
    pool.sh("cat origins >$mnt/ctl/create; cat snapshots >$mnt/ctl/snapshot");
    pool.umount();
    String table = pool.sh("cat $vg/pool.table");

    Result refused = pool.run(LIMITED);

    assertThat(refused.succeeded()).isFalse();
    assertThat(refused.errors()).startsWith("dmsnap: 20 volumes ").contains(REASON).hasLineCount(1);
    assertThat(pool.sh("cat $vg/pool.table")).isEqualTo(table);
    pool.mount();
    assertThat(pool.sh("$dmsnap lvs $mnt")).doesNotContain("swi-I");
  }
}
