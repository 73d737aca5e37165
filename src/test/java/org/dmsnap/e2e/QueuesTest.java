package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * One volume used in every way at once, with long queues, while snapshots come and go: fio finds
 * again what it wrote, whoever kept what in which cache. {@code -Ddmsnap.soak.minutes=N} goes on
 * that long.
 */
class QueuesTest {

  private static final int SECTION_MIB = 2;
  private static final List<String> WAYS =
      List.of(
          "--ioengine=mmap --direct=0 --fsync=128", // always maps the beginning
          "--ioengine=libaio --iodepth=32 --direct=1",
          "--ioengine=io_uring --iodepth=32 --direct=1",
          "--ioengine=psync --direct=0 --fsync=128");
  private static final String VERIFY =
      "--rw=randwrite --bssplit=4k/70:16k/20:64k/10 --verify=crc32c --do_verify=1"
          + " --verify_fatal=1 --allow_file_create=0 --thread --minimal";

  @AutoClose private final MountedPool pool = MountedPool.empty();
  private final long end =
      System.nanoTime() + Duration.ofMinutes(Long.getLong("dmsnap.soak.minutes", 0)).toNanos();

  @Test
  void queues_buffers_and_maps_agree_while_snapshots_come_and_go() {
    assumeTrue(pool.run("command -v fio").succeeded(), "needs fio");
    pool.mount();
    int size = WAYS.size() * SECTION_MIB;
    pool.control("create", "base " + size + "M");
    pool.sh("head -c " + size + "M /dev/urandom >image; cp image $mnt/base");
    pool.control("snapshot", "still base 100M");
    pool.control("snapshot", "snap base 100M P 8");
    int round = 0;
    do {
      Process base = fio("base", round);
      Process snap = fio("snap", round);
      while (base.isAlive() || snap.isAlive()) {
        comesAndGoes("brief base 80M P " + (8 << round++ % 4));
      }
      assertThat(base.exitValue()).as(pool.sh("cat base.out base.err")).isZero();
      assertThat(snap.exitValue()).as(pool.sh("cat snap.out snap.err")).isZero();
      allSeeTheSame();
    } while (System.nanoTime() < end);
    pool.sh("sha256sum $mnt/base $mnt/snap $mnt/still >sums");
    pool.remount();
    pool.sh("sha256sum -c sums");
  }

  /** A job for each way and section of the volume, of other content in each round. */
  private Process fio(String volume, int round) {
    String jobs = "";
    for (int way = 0; way < WAYS.size(); way++) {
      jobs +=
          " --name=way%d %s --offset=%dM --size=%dM"
              .formatted(way, WAYS.get(way), way * SECTION_MIB, SECTION_MIB);
    }
    return pool.start(
        volume,
        "exec fio --filename=$mnt/%s --randseed=%d %s".formatted(volume, round + 1, VERIFY + jobs));
  }

  private void comesAndGoes(String snapshot) {
    pool.control("snapshot", snapshot);
    pool.sh("sha256sum <$mnt/brief >before");
    pool.sh("dd if=$mnt/brief iflag=direct bs=1M | sha256sum | cmp - before");
    pool.sh("sha256sum <$mnt/brief | cmp - before");
    pool.awaitSh("echo brief >$mnt/ctl/remove");
  }

  /** Past the page cache and through it. */
  private void allSeeTheSame() {
    for (String volume : List.of("base", "snap", "still")) {
      pool.sh("dd if=$mnt/" + volume + " iflag=direct bs=1M | cmp - $mnt/" + volume);
    }
    pool.sh("cmp image $mnt/still");
  }
}
