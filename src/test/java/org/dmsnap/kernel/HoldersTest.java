package org.dmsnap.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldersTest {

  private static final Path MOUNT = Path.of("/mnt/vg");

  @TempDir Path root;

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void link(String link, String target) throws IOException {
    Path path = root.resolve(link);
    Files.createDirectories(path.getParent());
    Files.createSymbolicLink(path, Path.of(target));
  }

  @Test
  void names_loop_devices_processes_and_mounts_beneath() throws IOException {
    write("sys/block/loop0/loop/backing_file", "/mnt/vg/base\n");
    write("sys/block/loop1/loop/backing_file", "/mnt/vg2/base\n");
    write("sys/block/loop2/size", "0\n");
    write(
        "proc/self/mountinfo",
        """
        30 1 0:40 / /mnt/vg rw,nodev shared:1 - fuse.dmsnap /vg rw
        31 1 7:0 / /a\\040b rw shared:2 - ext4 /dev/loop0 rw
        32 30 0:41 / /mnt/vg/x rw - tmpfs none rw
        """);
    write("proc/42/comm", "cat\n");
    link("proc/42/fd/3", "/mnt/vg/snap");
    link("proc/42/cwd", "/");
    write("proc/43/comm", "sh\n");
    link("proc/43/cwd", "/mnt/vg");

    assertThat(Holders.of(root, MOUNT))
        .containsExactlyInAnyOrder(
            "/dev/loop0 on /mnt/vg/base, mounted on /a b",
            "a mount on /mnt/vg/x",
            "process 42 (cat) in /mnt/vg/snap",
            "process 43 (sh) in /mnt/vg");
  }

  @Test
  void names_who_runs_or_maps_a_file_whatever_bytes_are_in_its_name() throws IOException {
    write("proc/self/mountinfo", "30 1 0:40 / /m\\040\\043 rw - fuse.dmsnap dmsnap:/vg rw\n");
    write("sys/block/loop0/loop/backing_file", "/m #/base \n");
    write("proc/45/comm", "a\n");
    link("proc/45/exe", "/m #/program");
    write("proc/46/comm", "b\n");
    write(
        "proc/46/maps",
        """
        7f0000000000-7f0000001000 r--s 00000000 00:28 3                          /m #/x\\012y \\z
        7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0                          [stack]
        """);

    assertThat(Holders.of(root, Path.of("/m #")))
        .containsExactlyInAnyOrder(
            "/dev/loop0 on /m #/base ",
            "process 45 (a) in /m #/program",
            "process 46 (b) in /m #/x\ny \\z");
  }

  @Test
  void names_one_process_of_each_namespace_in_which_it_is_still_mounted() throws IOException {
    String mounted = "30 1 0:40 / /mnt/vg rw - fuse.dmsnap /vg rw\n";
    for (String process : List.of("50", "51", "52", "53")) {
      write("proc/" + process + "/comm", "sleep\n");
      write("proc/" + process + "/mountinfo", process.equals("53") ? "" : mounted);
    }
    link("proc/50/ns/mnt", "mnt:[1]");
    link("proc/51/ns/mnt", "mnt:[1]");
    link("proc/52/ns/mnt", "mnt:[2]");

    Mount gone = new Mount("0:40", "/", "/mnt/vg", "rw", "fuse.dmsnap", "/vg", "rw");
    Mount another = new Mount("0:40", "/", "/mnt/vg", "rw", "fuse.dmsnap", "/vg2", "rw");
    assertThat(Holders.elsewhere(root, gone))
        .hasSize(2)
        .contains("process 52 (sleep) at /mnt/vg")
        .allMatch(holder -> holder.endsWith(" (sleep) at /mnt/vg"));
    assertThat(Holders.elsewhere(root, another)).isEmpty();
  }

  @Test
  void what_cannot_be_seen_is_left_out() throws IOException {
    write("proc/self/mountinfo", "");
    write("proc/44/comm", "gone\n");

    assertThat(Holders.of(root, MOUNT)).isEmpty();
  }
}
