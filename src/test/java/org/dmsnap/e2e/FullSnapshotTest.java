package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of snapshots that run full, and of pools that are copied while they are in use. */
class FullSnapshotTest {

  private static final String OVERWRITE =
      "head -c 16M /dev/urandom | dd of=$mnt/base bs=64K iflag=fullblock conv=notrunc,fsync";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_snapshot_grows_before_it_is_full_and_no_further_than_is_useful() {
    small();
    pool.sh(OVERWRITE);
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");
    // in chunks of 16 sectors: a header, five areas, the 2,048 of the origin
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 32768 snapshot 32864/32864 96");
    assertThat(pool.sh("stat -c %s $vg/snap.cow")).isEqualTo("" + 32864 * 512);
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("snap").containsIgnoringCase("exten");
    pool.remount();
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");
  }

  @Test
  void a_full_snapshot_is_invalid_for_good_and_its_origin_goes_on() {
    small("autoextend_threshold=100");
    pool.sh(OVERWRITE);
    assertInvalid();
    pool.remount();
    assertInvalid();
    pool.control("remove", "snap");
    pool.control("snapshot", "snap base 1M");
    assertThat(pool.sh("cmp $mnt/base $mnt/snap")).isEmpty();
  }

  @Test
  void a_write_that_a_full_snapshot_cannot_follow_is_refused_where_that_is_asked_for() {
    small("autoextend_threshold=100", "overflow=refuse");
    assertThat(pool.run(OVERWRITE).errors()).contains("No space left on device");
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");
    pool.control("extend", "snap +20M");
    pool.sh(OVERWRITE);
    pool.remount();
    assertThat(pool.sh("tr -d '\\0' <$mnt/snap | wc -c")).isEqualTo("0");
  }

  @Test
  void the_files_of_a_suspended_pool_are_a_pool() {
    small();
    pool.sh("head -c 1M /dev/urandom >random; dd if=random of=$mnt/base bs=4K conv=notrunc");
    pool.control("suspend", "base");
    Process writer = pool.start("writer", "exec dd if=/dev/urandom of=$mnt/base bs=4K count=99");
    pool.sh("mkdir copy; cp vg/* copy; sha256sum copy/* | sed s/copy/vg/ >sums");
    pool.sh("head -c 1M $mnt/snap | tr -d '\\0' | wc -c >/dev/null; sha256sum -c sums");
    pool.control("resume", "base");
    MountedPool.await("the writer's end", () -> !writer.isAlive());
    pool.sh("$dmsnap mount copy $a; cmp -n 1M random $a/base");
    assertThat(pool.sh("tr -d '\\0' <$a/snap | wc -c; $dmsnap umount $a")).isEqualTo("0");
  }

  /** {@code base} of 16 MiB, and {@code snap} with room for a sixteenth of it. */
  private void small(String... options) {
    pool.mount(options);
    pool.control("create", "base 16M");
    pool.control("snapshot", "snap base 1M");
  }

  private void assertInvalid() {
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 32768 snapshot Invalid");
    assertThat(pool.run("cat $mnt/snap").errors()).contains("Input/output error");
    assertThat(pool.sh("cat $mnt/ctl/lvs")).contains("swi-I-s---").contains("100.00");
    pool.sh("echo on | dd of=$mnt/base conv=notrunc,fsync status=none; head -n1 $mnt/base");
  }
}
