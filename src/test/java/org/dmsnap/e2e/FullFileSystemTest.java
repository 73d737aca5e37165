package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A pool on a small file system (a tmpfs) that is full: what works there, and what says why not.
 */
class FullFileSystemTest {

  private static final String FULL = "No space left on device";
  private static final String FILL = "dd if=/dev/zero of=$vg/filler bs=4K status=none; ";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  /** {@code base} of 4 MiB of random bytes, {@code snap} and {@code other} of it, no space left. */
  private void full(String... options) {
    pool.sh("mount -t tmpfs -o size=24M none $vg");
    pool.mount(options);
    pool.control("create", "base 4M");
    pool.sh("head -c 4M /dev/urandom >old; dd if=old of=$mnt/base bs=64K conv=notrunc,fsync");
    pool.sh("head -c 4M /dev/urandom >new");
    pool.control("snapshot", "snap base 4M");
    pool.control("snapshot", "other base 4M");
    assertThat(pool.run(FILL).errors()).contains(FULL);
  }

  private String overwrite(String volume) {
    return pool.run("dd if=new of=$mnt/" + volume + " bs=64K conv=notrunc,fsync").errors();
  }

  @Test
  void an_origin_goes_on_and_its_snapshots_are_full() {
    full();

    assertThat(overwrite("base")).doesNotContain(FULL).contains("4.0 MiB");

    pool.sh("cmp new $mnt/base");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 8192 snapshot Invalid");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("Unable to allocate exception");
    assertThat(pool.sh("cat $mnt/ctl/metrics")).containsPattern("snapshot_valid\\{.*\"snap\".*} 0");
    pool.control("remove", "snap");
    pool.control("remove", "other");
    pool.umount();
    assertThat(pool.sh("grep -v '#' $vg/pool.table")).isEqualTo("base: 0 8192 linear base.img 0");
    pool.sh("cmp new $vg/base.img");
  }

  @Test
  void where_overflow_is_refused_snapshots_live_and_go_on_once_there_is_space() {
    full("overflow=refuse");

    assertThat(overwrite("base")).contains(FULL);
    assertThat(overwrite("snap")).contains(FULL);

    pool.sh("cmp old $mnt/base; cmp old $mnt/snap; cmp old $mnt/other");
    pool.sh("rm $vg/filler");
    assertThat(overwrite("base")).contains("4.0 MiB");
    pool.remount("overflow=refuse");
    pool.sh("cmp new $mnt/base; cmp old $mnt/snap; cmp old $mnt/other");
  }

  @Test
  void an_unmount_that_cannot_write_what_waits_in_memory_says_of_which_volume() {
    pool.sh("mount -t tmpfs -o size=24M none $vg");
    pool.mount();
    pool.control("create", "base 4M");
    pool.control("create", "fine 4M");
    pool.control("snapshot", "snap base 4M");
    assertThat(pool.run(FILL).errors()).contains(FULL);
    pool.sh(
        "truncate -s -20K $vg/filler"); // for what is copied out, not for a hole of the image, too
    pool.sh(
        "head -c 16K /dev/urandom | dd of=$mnt/base seek=64 bs=16K iflag=fullblock conv=notrunc");
    pool.awaitSh("grep -q 'written to base cannot be written to its image' $mnt/ctl/log");

    Shell.Result unmounted = pool.run("$dmsnap umount $mnt");

    assertThat(unmounted.succeeded()).isFalse();
    assertThat(unmounted.errors()).contains("base (" + FULL + ")").doesNotContain("fine");
    assertThat(unmounted.errors()).hasLineCount(1);
    pool.sh("! test -d $mnt/ctl");
    pool.sh("rm $vg/filler");
    pool.mount();
    pool.sh("cmp -n 4194304 $mnt/snap /dev/zero");
    pool.umount();
  }

  @Test
  void a_snapshots_own_write_gets_it_and_leaves_it_valid() {
    full();

    assertThat(overwrite("snap")).contains(FULL);

    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 8192 snapshot 32/8192 32");
    pool.sh("cmp old $mnt/snap; cmp old $mnt/other; rm $vg/filler");
    assertThat(overwrite("snap")).contains("4.0 MiB");
    pool.remount();
    pool.sh("cmp new $mnt/snap; cmp old $mnt/base; cmp old $mnt/other");
  }

  @Test
  void commands_that_need_space_say_so_and_change_nothing() {
    full();
    String before = pool.sh("cat $vg/pool.table; ls -A $vg; cat $mnt/ctl/table/*");

    assertThat(pool.refusal("create", "more 1M")).startsWith(FULL + ": ");
    assertThat(pool.refusal("snapshot", "more base 1M")).startsWith(FULL + ": ");

    assertThat(pool.sh("cat $vg/pool.table; ls -A $vg; cat $mnt/ctl/table/*")).isEqualTo(before);
    pool.sh("cmp old $mnt/base; cmp old $mnt/snap");
  }

  @Test
  void a_removal_makes_space_and_a_clean_stop_is_one() {
    full("overflow=refuse");
    pool.sh("rm $vg/filler");
    assertThat(overwrite("other")).contains("4.0 MiB");
    assertThat(pool.run(FILL).errors()).contains(FULL);
    assertThat(overwrite("base")).contains(FULL);

    pool.control("remove", "other");

    assertThat(overwrite("base")).contains("4.0 MiB");
    assertThat(pool.run("dd if=/dev/zero of=$vg/more bs=4K").errors()).contains(FULL);
    pool.umount();
    assertThat(pool.sh("cat $vg/pool.table")).contains("# dmsnap: clean base");
    assertThat(pool.run("cat /dev/zero >$vg/last").errors()).contains(FULL);
    assertThat(pool.tryToMount().errors()).contains("full").contains("-o ro").hasLineCount(1);
    pool.mount("ro");
    pool.sh("cmp new $mnt/base; cmp old $mnt/snap");
  }

  @Test
  void a_merge_on_a_full_file_system_takes_no_space() {
    full();
    pool.sh("rm $vg/filler");
    assertThat(overwrite("snap")).contains("4.0 MiB");
    pool.control("remove", "other");
    assertThat(pool.run(FILL).errors()).contains(FULL);

    pool.control("merge", "snap");

    pool.awaitSh("grep -q linear $mnt/ctl/status/base");
    pool.sh("cmp new $mnt/base; cmp new $vg/base.img; ! test -e $vg/snap.cow");
  }
}
