package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What mountinfo says, byte by byte, and what is found in it. */
class MountTableTest {

  @TempDir Path root;

  @Test
  void a_line_is_a_mount() throws IOException {
    assertThat(table("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=go"))
        .extracting(MountTable::mounts)
        .asList()
        .containsExactly(
            new Mount("98:0", "/mnt1", "/mnt2", "rw,noatime", "ext3", "/dev/root", "rw,errors=go"));
  }

  @Test
  void any_byte_may_be_in_a_name_as_it_is_or_as_an_octal_number() throws IOException {
    MountTable table =
        table(
            "30 1 0:40 /a\\040b /b\u00fccher\\043\\012\\011\\134040\\377 rw - tmpfs x\\054y rw",
            "31 1 0:41 / /\u00c3\u00bc rw - tmpfs  rw");

    assertThat(table.mounts())
        .extracting(Mount::root, Mount::mountpoint, Mount::source)
        .containsExactly(
            tuple("/a b", "/b\udcfccher#\n\t\\040\udcff", "x,y"), tuple("/", "/ü", ""));
    assertThat(table.at(FileName.path("/b\udcfccher#\n\t\\040\udcff")))
        .isEqualTo(table.mounts().get(0));
  }

  @Test
  void what_is_not_understood_hides_nothing() throws IOException {
    assertThat(
            table(
                    "",
                    " - ",
                    "nonsense",
                    "1 2 3 - ",
                    "1 2 3 4 5 6 - ext4",
                    "30 1 0:40 / /a rw - b c d")
                .mounts())
        .extracting(Mount::mountpoint)
        .containsExactly("/a");
  }

  @Test
  void the_last_mount_covers_those_before_it_and_the_innermost_holds() throws IOException {
    MountTable table =
        table(
            "30 1 0:1 / / rw - ext4 a rw",
            "31 1 0:2 / /a rw - ext4 b rw",
            "32 1 0:3 / /a rw - ext4 c rw",
            "33 1 0:4 / /ab rw - ext4 d rw");

    assertThat(table.at(Path.of("/a"))).extracting(Mount::source).isEqualTo("c");
    assertThat(table.at(Path.of("/b"))).isNull();
    assertThat(table.holding(Path.of("/a/x/y"))).extracting(Mount::source).isEqualTo("c");
    assertThat(table.holding(Path.of("/abc"))).extracting(Mount::source).isEqualTo("a");
  }

  @Test
  void a_pool_is_found_by_its_name_with_or_without_what_stands_before_it() throws IOException {
    MountTable table =
        table(
            "30 1 0:40 / /a rw - fuse.dmsnap dmsnap:/vg\\040\u00fc rw",
            "31 1 0:41 / /b rw - fuse.dmsnap /vg\\040\u00fc rw",
            "32 1 0:42 / /c rw - fuse.other dmsnap:/vg\\040\u00fc rw",
            "33 1 0:43 / /d rw - fuse.dmsnap dmsnap:/vg rw");

    assertThat(table.ofPool(FileName.path("/vg \udcfc")))
        .extracting(Mount::mountpoint)
        .containsExactly("/a", "/b");
  }

  @Test
  void a_pool_is_found_by_any_path_to_it() throws IOException {
    Path pool = Files.createDirectories(root.resolve("pools/vg"));
    Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("pools"));
    MountTable table =
        table(
            "1 0 8:1 / / rw - ext4 /dev/sda rw",
            "31 1 0:41 / /b rw - fuse.dmsnap dmsnap:" + link.resolve("vg") + " rw");

    assertThat(table.ofPool(pool)).hasSize(1);
    assertThat(table.ofPool(link.resolve("vg"))).hasSize(1);
  }

  @Test
  void no_other_file_system_is_asked_which_may_hang() throws IOException {
    Path pool = Files.createDirectories(root.resolve("vg"));
    Path link = Files.createSymbolicLink(root.resolve("hung"), pool);
    MountTable table =
        table(
            "1 0 8:1 / / rw - ext4 /dev/sda rw",
            "2 0 0:9 / " + link + " rw - nfs server:/ rw",
            "31 1 0:41 / /b rw - fuse.dmsnap dmsnap:" + link + " rw");

    assertThat(table.ofPool(pool)).isEmpty(); // though asking would tell that it is the same
  }

  @Test
  void parts_of_a_mount_are_what_is_bound_out_of_it() throws IOException {
    MountTable table =
        table(
            "30 1 0:40 / /a rw - fuse.dmsnap dmsnap:/vg rw",
            "31 1 0:40 /base /b rw - fuse.dmsnap dmsnap:/vg rw",
            "32 1 0:41 /base /c rw - fuse.dmsnap dmsnap:/vg2 rw");

    assertThat(table.partsOf(table.mounts().get(0)))
        .extracting(Mount::mountpoint)
        .containsExactly("/b");
  }

  /** Each letter is a byte. */
  private MountTable table(String... lines) throws IOException {
    Path self = Files.createDirectories(root.resolve("proc/self"));
    String text = String.join("\n", lines) + "\n";
    Files.write(self.resolve("mountinfo"), text.getBytes(ISO_8859_1));
    return MountTable.read(root.resolve("proc"));
  }
}
