package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody cuts a file of the pool short while it is mounted: real failures of a real file. */
class BackingFileTest {

  private static final String IO_ERROR = "Input/output error";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @BeforeEach
  void two_origins_with_a_snapshot_each() {
    pool.mount();
    for (String origin : new String[] {"base", "other"}) {
      pool.control("create", origin + " 8M");
      pool.sh(
          "head -c 8M /dev/urandom >"
              + origin
              + "; dd if="
              + origin
              + " of=$mnt/"
              + origin
              + " bs=64K iflag=fullblock conv=notrunc,fsync");
      pool.control("snapshot", "snap-" + origin + " " + origin + " 8M");
    }
  }

  @Test
  void a_truncated_image_fails_its_own_readers_and_writers_alone() {
    pool.sh("truncate -s 1M $vg/base.img");

    assertThat(pool.run("dd if=$mnt/base bs=64K iflag=direct of=/dev/null").errors())
        .contains(IO_ERROR);
    assertThat(pool.run("dd if=$mnt/snap-base bs=64K iflag=direct of=/dev/null").errors())
        .contains(IO_ERROR);
    assertThat(
            pool.run("dd if=other of=$mnt/base bs=64K seek=64 count=8 conv=notrunc,fsync").errors())
        .contains(IO_ERROR);
    theOtherGoesOn();
    assertUnmountNames("base");

    Result refused = pool.run("$dmsnap mount $vg $mnt");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("base").hasLineCount(1);
  }

  @Test
  void a_truncated_cow_device_costs_its_snapshot_alone() {
    pool.sh("dd if=other of=$mnt/base bs=64K count=32 conv=notrunc,fsync");
    pool.sh("truncate -s 64K $vg/snap-base.cow");

    pool.sh("dd if=other of=$mnt/base bs=16K seek=300 skip=300 count=1 conv=notrunc,fsync");

    assertThat(pool.sh("cat $mnt/ctl/status/snap-base")).isEqualTo("0 16384 snapshot Invalid");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("snap-base");
    theOtherGoesOn();
    pool.remount();
    pool.sh("dd if=other of=$mnt/base bs=64K conv=notrunc,fsync; cmp other $mnt/base");
    pool.sh("cmp other $mnt/snap-other");
    pool.control("remove", "snap-base");
  }

  private void theOtherGoesOn() {
    pool.sh("dd if=base of=$mnt/other bs=64K conv=notrunc,fsync");
    pool.sh("cmp base $mnt/other; cmp other $mnt/snap-other; cat $mnt/ctl/lvs $mnt/ctl/metrics");
    pool.sh("dd if=other of=$mnt/other bs=64K conv=notrunc,fsync");
    pool.control("snapshot", "more other 1M");
  }

  private void assertUnmountNames(String volume) {
    Result unmounted = pool.run("$dmsnap umount $mnt");
    assertThat(unmounted.status()).isEqualTo(1);
    assertThat(unmounted.errors()).contains(volume + " (" + IO_ERROR).doesNotContain("other (");
  }
}
