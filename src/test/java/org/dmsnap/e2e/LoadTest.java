package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Many at once. */
class LoadTest {

  private static final String VERIFY =
      "--ioengine=libaio --iodepth=8 --rw=randwrite --bssplit=4k/50:16k/30:512/20"
          + " --verify=crc32c --do_verify=1 --verify_fatal=1 --group_reporting --minimal"
          + " --allow_file_create=0";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void what_several_write_is_verified_while_snapshots_come_and_go() {
    assumeTrue(pool.run("command -v fio").succeeded(), "needs fio");
    pool.mount();
    pool.control("create", "base 16M");
    pool.sh("head -c 16M /dev/urandom >image; cp image $mnt/base");
    pool.control("snapshot", "still base 100M");
    pool.control("snapshot", "snap base 200M P 8");
    Process first = fio("base", "--direct=1");
    Process second = fio("snap", "--direct=0");
    for (int round = 0; first.isAlive() || second.isAlive() || round < 5; round++) {
      String type = round % 2 == 0 ? "P 16" : "N 64";
      pool.control("snapshot", "brief base 80M " + type);
      pool.sh("sha256sum <$mnt/brief >before; sha256sum <$mnt/brief | cmp - before");
      pool.awaitSh("echo brief >$mnt/ctl/remove");
    }
    assertThat(first.exitValue()).as(pool.sh("cat base.out base.err")).isZero();
    assertThat(second.exitValue()).as(pool.sh("cat snap.out snap.err")).isZero();
    pool.sh("cmp image $mnt/still");
    pool.sh("sha256sum $mnt/base $mnt/snap $mnt/still >sums");
    pool.remount();
    pool.sh("sha256sum -c sums");
    assertThat(pool.sh("cat $mnt/ctl/status/still")).doesNotContain("Invalid");
  }

  private Process fio(String volume, String option) {
    String jobs = "";
    for (int job = 0; job < 3; job++) {
      jobs += " --name=" + volume + job + " --offset=" + job * 5 + "M --size=5M";
    }
    return pool.start(
        volume,
        "exec fio --filename=$mnt/" + volume + " --fsync=64 " + option + " " + VERIFY + jobs);
  }

  @Test
  void a_thousand_held_writes_hold_nothing_else_up() {
    pool.mount();
    pool.sh("printf 'held 16M\\nother 16M\\nnext 16M\\n' >$mnt/ctl/create");
    pool.sh("for i in $(seq 20); do echo h$i held 8M; done >$mnt/ctl/snapshot");
    pool.control("suspend", "held");
    Process writers =
        pool.start(
            "writers",
            """
            for i in $(seq 20); do
              for k in $(seq 50); do
                echo $k | dd of=$mnt/h$i oflag=direct conv=notrunc,sync bs=4k seek=$k status=none &
              done
            done
            wait
            """);
    pool.awaitSh("test $(pgrep -c -P " + writers.pid() + " dd) -ge 1000");

    pool.sh("echo other | dd of=$mnt/other conv=notrunc,fsync status=none; head -n1 $mnt/other");
    pool.control("snapshot", "of-other other 8M");
    pool.control("suspend", "other");
    pool.control("resume", "other");
    pool.control("remove", "next");
    pool.sh("cat $mnt/held $mnt/h1 $mnt/ctl/lvs $mnt/ctl/metrics >/dev/null; sync $mnt/held");
    assertThat(writers.isAlive()).isTrue();
    assertThat(pool.sh("tr -d '\\0' <$vg/h1.cow | wc -c; pgrep -c -P " + writers.pid() + " dd"))
        .endsWith("\n1000");
    pool.control("resume", "held");
    MountedPool.await("the writers' end", () -> !writers.isAlive());
    assertThat(
            pool.sh(
                "for i in $(seq 20); do tr -d '\\0' <$mnt/h$i | sha256sum; done | uniq | wc -l"))
        .isEqualTo("1");
    assertThat(pool.sh("tr -d '\\0' <$mnt/h20 | wc -l")).isEqualTo("50");
  }
}
