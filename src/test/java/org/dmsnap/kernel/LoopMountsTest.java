package org.dmsnap.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file systems are on a volume, by what the kernel says in /proc and /sys. */
class LoopMountsTest {

  private static final Path BASE = Path.of("/mnt/vg/base");

  @TempDir Path root;

  @BeforeEach
  void one_loop_device_with_a_partition_and_one_elsewhere() throws IOException {
    write("sys/block/loop0/loop/backing_file", "/mnt/vg/base\n");
    write("sys/block/loop0/dev", "7:0\n");
    write("sys/block/loop0/loop0p1/dev", "259:3\n");
    write("sys/block/loop1/loop/backing_file", "/mnt/vg/base2\n");
    write("sys/block/loop1/dev", "7:1\n");
    write("sys/block/sda/dev", "8:0\n");
  }

  @Test
  void the_loop_device_s_and_its_partitions_are_and_each_is_named_once() throws IOException {
    mounts(
        "31 1 7:0 / /whole rw - ext4 /dev/loop0 rw",
        "32 1 7:1 / /other rw - ext4 /dev/loop1 rw",
        "33 1 259:3 / /part rw - xfs /dev/loop0p1 rw",
        "34 1 7:0 /sub /bind rw - ext4 /dev/loop0 rw",
        "35 1 8:0 / / rw - ext4 /dev/sda rw");

    assertThat(LoopMounts.of(root, BASE))
        .extracting(Mount::mountpoint)
        .containsExactly("/whole", "/part");
  }

  @Test
  void so_are_those_on_what_the_kernel_stacked_on_it_or_numbers_on_its_own() throws IOException {
    write("sys/block/loop0/loop0p1/holders/dm-5/dev", "253:5\n");
    write("sys/block/dm-5/dev", "253:5\n");
    mounts(
        "31 1 253:5 / /crypt rw - ext4 /dev/mapper/crypt rw",
        "32 1 0:77 / /btr\\040fs rw - btrfs /dev/loop0 rw");

    assertThat(LoopMounts.of(root, BASE))
        .extracting(Mount::mountpoint)
        .containsExactly("/crypt", "/btr fs");
  }

  @Test
  void there_may_be_none() throws IOException {
    mounts("32 1 7:1 / /other rw - ext4 /dev/loop1 rw");

    assertThat(LoopMounts.of(root, BASE)).isEmpty();
  }

  private void mounts(String... lines) throws IOException {
    write("proc/self/mountinfo", String.join("\n", lines) + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
