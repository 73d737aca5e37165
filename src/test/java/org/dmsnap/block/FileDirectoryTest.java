package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.block.BlockDeviceContract.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to the files of a pool, and what is refused. */
class FileDirectoryTest {

  @TempDir Path path;
  private FileDirectory directory;

  @BeforeEach
  void open() throws IOException {
    directory = FileDirectory.open(path);
  }

  @AfterEach
  void close() throws IOException {
    directory.close();
  }

  @Test
  void lists_its_names_in_order() throws IOException {
    directory.create("b", 0).close();
    directory.create("a", 0).close();

    assertThat(directory.list()).containsExactly("a", "b");
    assertThat(directory.name()).isEqualTo(path.getFileName().toString());
  }

  @Test
  void holds_a_name_whatever_it_leads_to() throws IOException {
    Files.createFile(path.resolve("file"));
    Files.createSymbolicLink(path.resolve("dangling"), path.resolve("nowhere"));

    assertThat(directory.holds("file")).isTrue();
    assertThat(directory.holds("dangling")).isTrue();
    assertThat(directory.holds("nowhere")).isFalse();
  }

  @Test
  void creates_a_sparse_file_for_its_owner_alone() throws IOException {
    try (BlockDevice device = directory.create("new", 1 << 20)) {
      assertThat(device.size()).isEqualTo(1 << 20);
    }

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("new"))))
        .isEqualTo("rw-------");
    assertThat(Files.size(path.resolve("new"))).isEqualTo(1 << 20);
  }

  @Test
  void a_taken_name_is_not_created_again() throws IOException {
    Files.writeString(path.resolve("taken"), "mine");
    Files.createSymbolicLink(path.resolve("dangling"), Path.of("elsewhere"));

    assertFails(Errno.EEXIST, () -> directory.create("taken", 10));
    assertFails(Errno.EEXIST, () -> directory.create("dangling", 10));
    assertThat(path.resolve("taken")).hasContent("mine");
    assertThat(path.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void an_unnamed_file_leaves_no_name() throws IOException {
    try (BlockDevice device = directory.createUnnamed(8192)) {
      assertThat(device.size()).isEqualTo(8192);
      assertThat(directory.list()).isEmpty();
    }
  }

  @Test
  void tells_files_links_and_what_is_not_there() throws IOException {
    Files.writeString(path.resolve("file"), "12345");
    Files.createSymbolicLink(path.resolve("link"), Path.of("file"));
    Files.createSymbolicLink(path.resolve("dangling"), Path.of("nowhere"));
    Files.createDirectory(path.resolve("directory"));

    Stat file = directory.stat("file");
    assertThat(file).isNotNull();
    assertThat(file.kind()).isEqualTo(Kind.FILE);
    assertThat(file.size()).isEqualTo(5);
    assertThat(file.link()).isFalse();
    assertThat(FileTimes.instant(file.times().modified()))
        .isEqualTo(Files.getLastModifiedTime(path.resolve("file")).toInstant());
    Stat link = directory.stat("link");
    assertThat(link).isNotNull();
    assertThat(link.identity()).isEqualTo(file.identity());
    assertThat(link.link()).isTrue();
    Stat other = directory.stat("directory");
    assertThat(other).isNotNull();
    assertThat(other.kind()).isEqualTo(Kind.OTHER);
    assertThat(directory.stat("dangling")).isNull();
    assertThat(directory.stat("missing")).isNull();
  }

  @Test
  void an_image_may_be_a_symbolic_link_and_a_file_of_dmsnap_may_not() throws IOException {
    Files.write(path.resolve("file"), new byte[512]);
    Files.createSymbolicLink(path.resolve("link"), Path.of("file"));

    try (BlockDevice image = directory.openImage("link", Access.WRITE)) {
      assertThat(image.size()).isEqualTo(512);
    }
    assertFails(Errno.ELOOP, () -> directory.openFile("link", Access.READ));
    assertFails(Errno.ELOOP, () -> directory.readText("link"));
  }

  @Test
  void only_files_and_block_devices_are_images() throws Exception {
    Files.createDirectory(path.resolve("directory"));
    new ProcessBuilder("mkfifo", path.resolve("pipe").toString()).start().waitFor();
    Files.createSymbolicLink(path.resolve("null"), Path.of("/dev/null"));

    for (Access access : Access.values()) {
      assertFails(Errno.EINVAL, () -> directory.openImage("directory", access));
      assertFails(Errno.EINVAL, () -> directory.openFile("directory", access));
      assertFails(Errno.EINVAL, () -> directory.openImage("pipe", access));
      assertFails(Errno.EINVAL, () -> directory.openImage("null", access));
    }
    assertFails(Errno.ENOENT, () -> directory.openImage("missing", Access.READ));
  }

  @Test
  void names_with_a_path_are_refused() {
    for (String name : new String[] {"", ".", "..", "a/b", "/etc/passwd", "../x"}) {
      assertThatThrownBy(() -> directory.create(name, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> directory.readText(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void a_rename_replaces_nothing() throws IOException {
    Files.writeString(path.resolve("one"), "1");
    Files.writeString(path.resolve("two"), "2");

    assertFails(Errno.EEXIST, () -> directory.rename("one", "two"));
    directory.rename("one", "three");
    directory.sync();

    assertThat(directory.list()).containsExactly("three", "two");
    assertThat(path.resolve("two")).hasContent("2");
  }

  @Test
  void deleting_a_link_leaves_what_it_leads_to() throws IOException {
    Files.writeString(path.resolve("file"), "x");
    Files.createSymbolicLink(path.resolve("link"), Path.of("file"));

    directory.delete("link");

    assertThat(directory.list()).containsExactly("file");
    assertFails(Errno.ENOENT, () -> directory.delete("link"));
  }

  @Test
  void text_is_replaced_whole_and_leaves_nothing_beside_it() throws IOException {
    assertThat(directory.readText("pool.table")).isNull();

    directory.replaceText("pool.table", "a long line\n");
    directory.replaceText("pool.table", "ä\n");

    assertThat(directory.readText("pool.table")).isEqualTo("ä\n");
    assertThat(directory.list()).containsExactly("pool.table");
  }

  @Test
  void empty_text_is_text() throws IOException {
    directory.replaceText("empty", "");

    assertThat(directory.readText("empty")).isEmpty();
  }

  @Test
  void a_link_in_the_way_of_new_text_is_not_written_through() throws IOException {
    Files.writeString(path.resolve("victim"), "precious");
    Files.createSymbolicLink(path.resolve("pool.table"), Path.of("victim"));
    Files.createSymbolicLink(path.resolve(".pool.table.new"), Path.of("victim"));

    directory.replaceText("pool.table", "new");

    assertThat(path.resolve("victim")).hasContent("precious");
    assertThat(Files.isRegularFile(path.resolve("pool.table"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void a_failed_replacement_keeps_the_old_text_and_cleans_up() throws IOException {
    Files.createDirectory(path.resolve("pool.table"));

    assertFails(Errno.EISDIR, () -> directory.replaceText("pool.table", "new"));

    assertThat(directory.list()).containsExactly("pool.table");
  }

  @Test
  void text_over_64_MiB_is_not_read() throws IOException {
    directory.create("huge", (64L << 20) + 1).close();

    assertFails(Errno.EFBIG, () -> directory.readText("huge"));
  }

  @Test
  void knows_the_space_of_its_file_system() {
    assertThat(directory.totalBytes()).isPositive();
    assertThat(directory.freeBytes()).isBetween(0L, directory.totalBytes());
  }

  @Test
  void follows_the_directory_when_it_is_moved() throws IOException {
    Path before = Files.createDirectory(path.resolve("before"));
    try (FileDirectory moving = FileDirectory.open(before)) {
      Files.move(before, path.resolve("after"));

      moving.replaceText("text", "x");

      assertThat(path.resolve("after/text")).hasContent("x");
      assertThat(moving.list()).containsExactly("text");
    }
  }
}
