package org.dmsnap.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    assertThat(LoopMounts.of(root, List.of(BASE)))
        .extracting(Mount::mountpoint)
        .containsExactly("/part", "/whole");
  }

  @Test
  void so_are_those_on_what_the_kernel_stacked_on_it_or_numbers_on_its_own() throws IOException {
    write("sys/block/loop0/loop0p1/holders/dm-5/dev", "253:5\n");
    write("sys/block/dm-5/dev", "253:5\n");
    mounts(
        "31 1 253:5 / /crypt rw - ext4 /dev/mapper/crypt rw",
        "32 1 0:77 / /btr\\040fs rw - btrfs /dev/loop0 rw");

    assertThat(LoopMounts.of(root, List.of(BASE)))
        .extracting(Mount::mountpoint)
        .containsExactly("/btr fs", "/crypt");
  }

  @Test
  void those_on_any_of_several_files_are_found_each_once() throws IOException {
    write("sys/fs/btrfs/1-2/devices/loop0/dev", "7:0\n");
    write("sys/fs/btrfs/1-2/devices/loop1/dev", "7:1\n");
    mounts(
        "31 1 0:77 / /both rw - btrfs /dev/loop1 rw",
        "32 1 259:3 / /part rw - xfs /dev/loop0p1 rw",
        "33 1 8:0 / / rw - ext4 /dev/sda rw");

    assertThat(LoopMounts.of(root, List.of(BASE, Path.of("/mnt/vg/base2"))))
        .extracting(Mount::mountpoint)
        .containsExactly("/part", "/both");
  }

  @Test
  void there_may_be_none() throws IOException {
    mounts("32 1 7:1 / /other rw - ext4 /dev/loop1 rw");

    assertThat(LoopMounts.of(root, List.of(BASE))).isEmpty();
  }

  @Test
  void a_file_is_known_by_its_place_whatever_mount_it_was_named_through() throws IOException {
    write("sys/block/loop0/loop/backing_file", "/bind/base\n");
    write("sys/block/loop1/loop/backing_file", "/file\n");
    write("sys/block/loop2/loop/backing_file", "/other/base\n");
    write("sys/block/loop2/dev", "7:2\n");
    mounts(
        "20 1 0:40 / /mnt/vg rw - fuse.dmsnap dmsnap:/vg rw",
        "21 1 0:40 / /bind rw - fuse.dmsnap dmsnap:/vg rw",
        "22 1 0:40 /base /file rw - fuse.dmsnap dmsnap:/vg rw",
        "23 1 0:41 / /other rw - fuse.dmsnap dmsnap:/vg2 rw",
        "31 1 7:0 / /a rw - ext4 /dev/loop0 rw",
        "32 1 7:1 / /b rw - ext4 /dev/loop1 rw",
        "33 1 7:2 / /c rw - ext4 /dev/loop2 rw");

    assertMounted("/b", "/a");
    assertThat(LoopMounts.devicesOn(root, BASE))
        .containsExactlyInAnyOrder("/dev/loop0", "/dev/loop1");
  }

  @Test
  void a_file_system_is_known_by_all_of_its_devices() throws IOException {
    write("sys/fs/btrfs/1-2/devices/sda/dev", "8:0\n");
    write("sys/fs/btrfs/1-2/devices/loop0/dev", "7:0\n");
    write("sys/fs/btrfs/3-4/devices/sdb/dev", "8:16\n");
    mounts(
        "31 1 0:77 / /two rw - btrfs /dev/sda rw",
        "32 1 0:78 / /foreign rw - btrfs /dev/sdb rw",
        "33 1 8:32 / /log rw - xfs /dev/sdc rw,logdev=/dev/loop0p1,noquota",
        "34 1 8:33 / /real rw - xfs /dev/sdd rw,rtdev=/dev/loop0",
        "35 1 0:79 / /cache rw - bcachefs /dev/sde:/dev/loop0 rw");

    assertMounted("/cache", "/real", "/log", "/two");
  }

  @Test
  void loop_devices_on_its_devices_and_on_files_of_its_file_systems_are_on_it() throws IOException {
    write("sys/block/loop1/loop/backing_file", "/dev/loop0p1\n");
    write("sys/block/loop2/loop/backing_file", "/whole/image\n");
    write("sys/block/loop2/dev", "7:2\n");
    mounts(
        "30 1 8:0 / / rw - ext4 /dev/sda rw",
        "31 1 7:0 / /whole rw - ext4 /dev/loop0 rw",
        "32 1 7:1 / /over rw - ext4 /dev/loop1 rw",
        "33 1 7:2 / /in rw - ext4 /dev/loop2 rw");

    assertMounted("/in", "/over", "/whole");
  }

  @Test
  void what_is_read_only_has_nothing_to_hold_still() throws IOException {
    mounts(
        "31 1 7:0 / /read ro - squashfs /dev/loop0 ro,errors=continue",
        "32 1 259:3 / /written ro - ext4 /dev/loop0p1 rw");

    assertMounted("/written");
  }

  private void assertMounted(String... mountpoints) throws IOException {
    assertThat(LoopMounts.of(root, List.of(BASE)))
        .extracting(Mount::mountpoint)
        .containsExactly(mountpoints);
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
