package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Discards and zeroing as programs ask for them, through loop devices and file systems. */
class DiscardTest {

  private static final String FEATURES = " 2 discard_zeroes_cow discard_passdown_origin";

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  /**
   * Writes, discards and zeroes ranges, none of them aligned to chunks, of the loop devices of an
   * origin and a snapshot, and does the same to files: what fails has changed nothing, what does
   * not has zeroed its range and no other byte. But BLKDISCARD is advice: where dmsnap refuses it,
   * the kernel says that all went well, or asks no more; each byte is zero then or what it was.
   */
  private static final String MIXED =
      """
      RANDOM=%d
      for v in base mine; do cp old model.$v; eval $v=$(losetup -f --show $mnt/$v); done
      for i in $(seq 60); do
        v=base; [ $((RANDOM %% 2)) = 0 ] || v=mine
        loop=${!v} o=$((RANDOM %% 7900)) l=$((RANDOM %% 250 + 1))
        range="-o $((o * 512)) -l $((l * 512))"
        to="bs=512 seek=$o conv=notrunc iflag=fullblock status=none"
        case $((RANDOM %% 6)) in
          0) blkdiscard $range $loop 2>>refusals || true; from="bs=512 skip=$o count=$l status=none"
             cmp -l <(dd if=model.$v $from) <(dd if=$mnt/$v $from) | awk '$3 != 0 {exit 1}'
             dd if=$mnt/$v $from | dd of=model.$v $to; continue ;;
          1) blkdiscard -z $range $loop ;;
          2) fallocate -p $range $loop 2>>refusals || continue ;;
          3) fallocate -z $range $loop ;;
          *) head -c $((l * 512)) /dev/urandom >piece; dd if=piece of=$loop oflag=direct $to
             dd if=piece of=model.$v $to; continue ;;
        esac
        dd if=/dev/zero of=model.$v count=$l $to
      done
      for v in base mine; do cmp model.$v $mnt/$v; blockdev --flushbufs ${!v}; done
      for v in base mine; do cmp model.$v ${!v}; done
      losetup -d $base $mine
      """;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(ints = {1, 2})
  void what_succeeds_is_zero_and_what_fails_changes_nothing(int seed) {
    pool.sh("head -c 4M /dev/urandom >old");
    pool.control("create", "base 4M");
    pool.sh("dd if=old of=$mnt/base bs=64K conv=notrunc status=none");
    pool.control("snapshot", "kept base 600K");
    pool.control("snapshot", "mine base 4M P 16 1 discard_zeroes_cow");

    pool.sh(MIXED.formatted(seed));

    pool.sh("cmp old $mnt/kept");
    pool.remount();
    pool.sh("cmp old $mnt/kept; cmp model.base $mnt/base; cmp model.mine $mnt/mine");
    assertThat(pool.sh("cat refusals")).doesNotContain("Input/output error");
    assertThat(pool.sh("cat $mnt/ctl/log")).doesNotContain("Invalid");
  }

  @Test
  void an_origin_alone_gives_its_space_back() {
    pool.control("create", "base 64M");
    pool.sh("head -c 64M /dev/urandom | dd of=$mnt/base bs=1M iflag=fullblock conv=notrunc,fsync");
    String loop = pool.sh("losetup -f --show $mnt/base");

    pool.sh("blkdiscard -o 1M -l 62M " + loop + "; sync -f $vg");

    assertThat(pool.sh("tail -c +1048577 $mnt/base | head -c 62M | tr -d '\\0' | wc -c"))
        .isEqualTo("0");
    assertThat(Integer.parseInt(pool.sh("du -k $vg/base.img | cut -f1"))).isLessThan(4000);
    pool.sh(
        "blkdiscard " + loop + "; losetup -d " + loop + "; cmp -n 67108864 $mnt/base /dev/zero");
  }

  @Test
  void a_discard_that_its_snapshots_would_pay_for_is_refused_as_a_whole() {
    pool.control("create", "base 16M");
    pool.sh("head -c 16M /dev/urandom >old; dd if=old of=$mnt/base bs=1M conv=notrunc,fsync");
    pool.control("snapshot", "snap base 1M");

    assertThat(pool.run("fallocate -p -o 0 -l 8M $mnt/base").errors()).contains("unsupported");
    pool.sh("fallocate -z -o 0 -l 64K $mnt/base; fallocate -p -o 64K -l 64K $mnt/base");

    pool.sh("cmp old $mnt/snap; cmp -n 131072 $mnt/base /dev/zero; cmp -i 131072 old $mnt/base");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 32768 snapshot 288/2048 32");
  }

  @Test
  void what_reads_as_zeroes_is_copied_out_for_no_discard_or_zeroing_and_stays_a_hole() {
    pool.control("create", "base 512M");
    pool.control("create", "vast 1T");
    pool.control("snapshot", "snap base 64M");
    pool.control("snapshot", "of-vast vast 1M");

    pool.sh("l=$(losetup -f --show $mnt/base); mkfs.ext4 -q $l; blkdiscard -z $l; losetup -d $l");
    pool.sh("fallocate -z -o 0 -l 1T $mnt/vast; fallocate -p -o 0 -l 1T $mnt/vast");
    pool.sh("fallocate -z -o 0 -l 4G $mnt/of-vast");

    String[] numbers = pool.sh("cat $mnt/ctl/status/snap").split("[ /]");
    assertThat(Integer.parseInt(numbers[3])).isLessThan(4000); // sectors: mkfs's own, of 1,048,576
    assertThat(pool.sh("cat $mnt/ctl/status/of-vast")).endsWith(" 32/2048 32");
    assertThat(pool.sh("du -k $vg/vast.img | cut -f1")).isEqualTo("0");
    pool.sh("cmp -n 512M $mnt/snap /dev/zero; cmp -n 512M $mnt/base /dev/zero");
  }

  @Test
  void a_copy_of_a_sparse_file_overwrites_the_whole_volume_if_cp_is_told_to_write_holes() {
    pool.control("create", "base 4M");
    pool.sh("head -c 4M /dev/urandom >old; dd if=old of=$mnt/base bs=1M conv=notrunc,fsync");
    pool.control("snapshot", "snap base 4M");
    pool.sh("truncate -s 4M sparse; echo x | dd of=sparse bs=1 seek=2M conv=notrunc");

    pool.sh("cp --sparse=never sparse $mnt/base; cmp sparse $mnt/base; cmp old $mnt/snap");
  }

  @Test
  void passdown_discards_beneath_all_snapshots_as_its_name_says() {
    pool.control("create", "base 4M");
    pool.sh("head -c 4M /dev/urandom >old; dd if=old of=$mnt/base bs=1M conv=notrunc,fsync");
    pool.control("snapshot", "snap base 4M P 16" + FEATURES);
    pool.control("snapshot", "sibling base 4M");

    pool.sh("fallocate -p -o 1M -l 1M $mnt/snap");

    for (String volume : new String[] {"base", "snap", "sibling"}) {
      pool.sh("cmp -i 1M:0 -n 1M $mnt/" + volume + " /dev/zero; cmp -n 1M old $mnt/" + volume);
    }
    assertThat(pool.sh("cat $mnt/ctl/status/sibling")).isEqualTo("0 8192 snapshot 32/8192 32");
  }

  @Test
  void a_file_system_trims_and_is_made_anew_over_snapshots_that_stay_what_they_were() {
    trimAndMakeAnew(FileSystemTest.FileSystem.EXT4, 64);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("exhaustive")
  void file_systems_trim_and_are_made_anew_over_snapshots_that_stay_what_they_were(
      FileSystemTest.FileSystem system) {
    trimAndMakeAnew(system, 400);
  }

  private void trimAndMakeAnew(FileSystemTest.FileSystem system, int mebibytes) {
    pool.control("create", "base " + mebibytes + "M");
    pool.control("create", "alone " + mebibytes + "M");
    for (String volume : new String[] {"alone", "base"}) {
      pool.sh("l=$(losetup -f --show $mnt/" + volume + "); " + system.make + " $l; losetup -d $l");
      pool.sh("mount -o loop $mnt/" + volume + " $a; seq 2000000 >$a/file; umount $a");
    }
    pool.sh("mount -o loop $mnt/alone $a; rm $a/file; umount $a"); // XFS frees space later
    pool.sh("mount -o loop $mnt/alone $a; fstrim $a; umount $a");
    assertThat(Integer.parseInt(pool.sh("sync -f $vg; du -k $vg/alone.img | cut -f1")))
        .isLessThan(system == FileSystemTest.FileSystem.XFS ? 70_000 : 15_000); // logs and all
    pool.control("snapshot", "kept base " + mebibytes * 3 / 4 + "M");
    pool.control("snapshot", "mine base " + mebibytes * 3 / 4 + "M P 16 1 discard_zeroes_cow");
    String kept = pool.sh("sha256sum <$mnt/kept");

    pool.sh("mount -o loop,discard $mnt/base $a; rm $a/file; seq 9 >$a/new; sync -f $a");
    pool.run("fstrim $a");
    pool.sh("umount $a; " + system.check + " $mnt/base");
    pool.sh("mount -o loop,discard," + system.mountOptions + " $mnt/mine $b; rm $b/file");
    pool.run("fstrim $b");
    pool.sh("umount $b; " + system.check + " $mnt/mine");
    pool.sh("l=$(losetup -f --show $mnt/mine); " + system.make + " $l; losetup -d $l");
    pool.sh("mount -o loop $mnt/mine $b; seq 99 >$b/f; umount $b; " + system.check + " $mnt/mine");

    assertThat(pool.sh("sha256sum <$mnt/kept")).isEqualTo(kept);
    pool.sh("mount -o loop $mnt/base $a; seq 9 | cmp - $a/new; umount $a");
    pool.remount();
    assertThat(pool.sh("sha256sum <$mnt/kept")).isEqualTo(kept);
    pool.sh("mount -o loop $mnt/mine $b; seq 99 | cmp - $b/f; umount $b");
  }
}
