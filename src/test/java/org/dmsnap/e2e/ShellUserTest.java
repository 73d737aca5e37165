package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Volumes and text files under the commands that people type; one mount, a volume for each test.
 */
class ShellUserTest {

  private static MountedPool pool;

  @BeforeAll
  static void mount() {
    pool = MountedPool.mounted();
    pool.control("create", "still 8M");
    pool.control("snapshot", "old still 4M");
  }

  @AfterAll
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @Test
  void an_image_is_copied_over_a_volume_and_back() {
    pool.control("create", "copied 8M");
    pool.sh("head -c 8M /dev/urandom >image; cp image $mnt/copied; cmp image $mnt/copied");
    pool.control("snapshot", "of-copied copied 8M");
    pool.sh(
        "cp $mnt/of-copied back; cmp back image; dd if=image of=$mnt/copied bs=777 status=none");
    pool.sh("tac image | head -c 8M >other; cat other >$mnt/copied; cmp $mnt/copied other");
    pool.sh("cmp $mnt/of-copied image; cp other $mnt/of-copied; cmp $mnt/of-copied other");
    assertThat(pool.sh("stat -c '%s %b %F' $mnt/copied")).isEqualTo("8388608 16384 regular file");
  }

  @Test
  void writes_of_odd_lengths_at_odd_places_are_what_they_are_on_a_file() {
    pool.control("create", "odd 4M");
    pool.control("snapshot", "of-odd odd 8M P 8");
    pool.sh(
        """
        truncate -s 4M model
        for i in $(seq 60); do
          for f in model $mnt/odd; do
            seq $i $((i + 3000)) | dd of=$f conv=notrunc bs=$((i * 37 + 1)) seek=$((i * 17)) \
              count=$((i % 7 + 1)) iflag=fullblock status=none
          done
        done
        cmp model $mnt/odd
        """);
    assertThat(pool.sh("tr -d '\\0' <$mnt/of-odd | wc -c")).isEqualTo("0");
  }

  @Test
  void the_end_of_a_volume_is_the_end_of_a_device() {
    pool.control("create", "end 1M");
    assertThat(pool.run("head -c 2M /dev/zero | dd of=$mnt/end bs=1M").errors())
        .contains("No space left on device");
    assertThat(pool.sh("xfs_io -c 'pwrite -S 7 1048064 1024' $mnt/end | head -n1"))
        .startsWith("wrote 512/1024 bytes");
    assertThat(pool.run("echo x >>$mnt/end").errors()).contains("No space left on device");
    assertThat(pool.sh("dd if=$mnt/end bs=1000000 skip=1 status=none | wc -c")).isEqualTo("48576");
    assertThat(pool.sh("dd if=$mnt/end bs=1M skip=1 2>/dev/null | wc -c")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "512", "4M", "16M"})
  void another_size_cannot_be_set(String size) {
    assertThat(pool.run("truncate -s " + size + " $mnt/still").errors())
        .contains("Invalid argument");
    assertThat(pool.sh("stat -c %s $mnt/still")).isEqualTo("8388608");
  }

  @Test
  void truncation_to_nothing_changes_nothing() {
    pool.control("create", "kept 1M");
    pool.sh("head -c 1M /dev/urandom >whole; cp whole $mnt/kept; : >$mnt/kept");
    pool.sh("cmp whole $mnt/kept");
  }

  @Test
  void what_fallocate_frees_reads_as_zeroes() {
    pool.control("create", "holes 8M");
    pool.sh("yes | head -c 8M >$mnt/holes; sync $mnt/holes");
    pool.sh("fallocate -p -o 1M -l 1M $mnt/holes; fallocate -z -o 4000000 -l 12345 $mnt/holes");
    assertThat(pool.sh("tr -d '\\0' <$mnt/holes | wc -c")).isEqualTo("" + (7 * (1 << 20) - 12345));
    String blocks = pool.sh("stat -c %b $vg/holes.img");
    assertThat(Integer.parseInt(blocks) - 7 * 2048) // the backing file system's extents take some
        .isBetween(0, 64);
    pool.control("snapshot", "of-holes holes 100M");
    String before = pool.sh("sha256sum <$mnt/of-holes");
    pool.sh("fallocate -z -n -o 3M -l 1M $mnt/holes; fallocate -z -o 8380000 -l 1M $mnt/holes");
    assertThat(pool.sh("tr -d '\\0' <$mnt/holes | wc -c")).isEqualTo("" + (6 * (1 << 20) - 8608));
    assertThat(pool.sh("sha256sum <$mnt/of-holes")).isEqualTo(before);
    assertThat(pool.run("fallocate -p -o 0 -l 1M $mnt/of-holes").errors()).contains("supported");
    assertThat(pool.run("fallocate -l 1M $mnt/holes").errors()).contains("supported");
    assertThat(pool.run("fallocate -c -o 0 -l 1M $mnt/holes").errors()).contains("supported");
    assertThat(pool.sh("sha256sum <$mnt/of-holes")).isEqualTo(before);
  }

  @Test
  void fstrim_makes_an_image_sparse_and_a_snapshot_stays_as_it_is() {
    pool.control("create", "trimmed 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/trimmed; mount -o loop $mnt/trimmed $a");
    try {
      pool.sh("head -c 30M /dev/urandom >$a/big; sync -f $a; rm $a/big; sync -f $a; fstrim $a");
      assertThat(Long.parseLong(pool.sh("stat -c %b $vg/trimmed.img"))).isLessThan(30 * 2048);
      pool.sh("head -c 20M /dev/urandom >$a/big; sha256sum <$a/big >sum; sync -f $a");
      pool.control("snapshot", "of-trimmed trimmed 64M");
      pool.sh("rm $a/big; sync -f $a");
      pool.run("fstrim $a"); // may be refused
      pool.sh("mount -o loop,ro,noload $mnt/of-trimmed $b; sha256sum <$b/big | cmp - sum");
    } finally {
      pool.run("umount $b $a");
    }
    pool.sh("e2fsck -fn $mnt/trimmed");
  }

  @Test
  void text_files_are_read_by_every_kind_of_reader() {
    String line = "0 16384 snapshot-origin still-real";
    assertThat(pool.sh("cat $mnt/ctl/table/still")).isEqualTo(line);
    assertThat(pool.sh("cd $mnt/ctl/table; grep . ./still")).isEqualTo(line);
    assertThat(pool.sh("grep -rc . $mnt/ctl/table/still")).isEqualTo("1");
    assertThat(pool.sh("head -c1 $mnt/ctl/table/still")).isEqualTo("0");
    assertThat(pool.sh("tail -n1 $mnt/ctl/table/still")).isEqualTo(line);
    assertThat(pool.sh("tail -c 11 $mnt/ctl/table/still")).isEqualTo("still-real");
    assertThat(pool.sh("while read -r x y z; do echo $z $y $x; done <$mnt/ctl/table/still"))
        .isEqualTo("snapshot-origin still-real 16384 0");
    assertThat(pool.sh("while read -r x; do echo $x; done <$mnt/ctl/log | wc -l"))
        .isNotEqualTo("0");
    assertThat(pool.sh("stat -c %s $mnt/ctl/table/still")).isEqualTo("" + (line.length() + 1));
    assertThat(pool.sh("cp $mnt/ctl/lvs lvs; cmp lvs $mnt/ctl/lvs; wc -c <lvs"))
        .isEqualTo(pool.sh("stat -c %s $mnt/ctl/lvs"));
    assertThat(pool.sh("grep -c dmsnap_snapshot_valid.*volume=.old.*1$ $mnt/ctl/metrics"))
        .isEqualTo("1");
    assertThat(pool.sh("cat $mnt/ctl/snapshot")).contains("COWSIZE");
    pool.sh(
        "find $mnt -type f -name 'st*' -o -name lvs | xargs -I@ dd if=@ of=/dev/null bs=1 count=9");
  }

  @ParameterizedTest
  @CsvSource({
    "touch $mnt/new, Operation not permitted",
    "echo >$mnt/new, Operation not permitted",
    "rm -f $mnt/still, Operation not permitted",
    "rm -f $mnt/ctl/lvs, Operation not permitted",
    "mv $mnt/still $mnt/moved, Operation not permitted",
    "mv $mnt/old $mnt/still, Operation not permitted",
    "mkdir $mnt/directory, Operation not permitted",
    "rmdir $mnt/ctl/status, Operation not permitted",
    "ln $mnt/still $mnt/hard, Operation not permitted",
    "ln -s still $mnt/soft, Operation not permitted",
    "echo >$mnt/ctl/status/still, Permission denied",
    "echo >>$mnt/still-real, Permission denied",
    "echo >>$mnt/old-cow, Permission denied",
    "cat $mnt/nothing, No such file or directory",
    "cat $mnt/ctl/status/nothing, No such file or directory",
    "echo >$mnt/ctl/frobnicate, Operation not permitted",
    "cat $mnt, Is a directory"
  })
  void what_cannot_be_done_says_so(String command, String words) {
    String before = pool.sh("ls -R $mnt");
    assertThat(pool.run(command).errors()).contains(words);
    assertThat(pool.sh("ls -R $mnt")).isEqualTo(before);
  }

  @Test
  void devices_beneath_show_what_is_there_and_do_not_count_as_open() {
    pool.control("create", "under 4M");
    pool.control("snapshot", "of-under under 4M P 8");
    pool.sh("exec 3<$mnt/of-under-cow 4<$mnt/under-real; echo of-under >$mnt/ctl/remove");
    pool.control("snapshot", "of-under under 4M P 8");
    pool.sh("echo hello | dd of=$mnt/under conv=notrunc status=none");
    pool.sh(
        "cmp $mnt/of-under-cow $vg/of-under.cow; sync $mnt/under; cmp $mnt/under-real $mnt/under");
    assertThat(pool.sh("head -c 4 $mnt/of-under-cow")).isEqualTo("SnAp");
    assertThat(pool.sh("stat -c '%s %a' $mnt/of-under-cow $mnt/under-real"))
        .isEqualTo("4194304 400\n4194304 400");
  }

  @Test
  void statfs_lets_loop_devices_discard() {
    assertThat(pool.sh("stat -f -c %S $mnt")).isEqualTo("4096");
    assertThat(Long.parseLong(pool.sh("stat -f -c %a $mnt"))).isPositive();
  }
}
