package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.pool.load.PoolCheck;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a check says of pools, right and wrong ones; that it changes none is part of each test. */
class PoolCheckTest extends PoolFixture {

  @BeforeEach
  void a_pool_with_a_snapshot() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", 512 << 10, "P");
    write("base", 0, 5, 8192);
    pool.close();
  }

  @Test
  void a_pool_that_was_unmounted_is_in_order() throws Exception {
    assertThat(check()).isEmpty();
  }

  @Test
  void an_empty_directory_is_a_pool_in_order() throws Exception {
    for (String file : files()) {
      Files.delete(file(file));
    }

    assertThat(check()).isEmpty();
  }

  @Test
  void every_wrong_line_of_the_table_is_named_by_its_number() throws Exception {
    table("nonsense\n" + table() + "more: 0 x linear more.img 0\n");

    assertThat(check())
        .containsExactly(
            "pool.table: line 1: not \"NAME: 0 SECTORS TYPE PARAMETERS\"",
            "pool.table: line 8: not a number: x");
  }

  @Test
  void cow_devices_are_checked_whatever_the_table_says() throws Exception {
    table("nonsense\n");
    poke("snap.cow", 0, 'X');

    assertThat(check()).hasSize(2).last().asString().startsWith("snap.cow: header: ");
  }

  @Test
  void damage_in_a_cow_device_is_named_by_file_area_slot_and_byte() throws Exception {
    poke("snap.cow", 8192, 200);

    assertThat(check())
        .singleElement()
        .asString()
        .startsWith("snap.cow: metadata area 0, slot 0 (byte 8192) (origin chunk 200 ")
        .endsWith("is for a chunk beyond the origin of 128 chunks");
  }

  @Test
  void a_snapshot_without_a_header_or_a_file_is_a_problem() throws Exception {
    poke("snap.cow", 0, 0);
    poke("snap.cow", 1, 0);
    poke("snap.cow", 2, 0);
    poke("snap.cow", 3, 0);
    assertThat(check()).singleElement().asString().startsWith("snap.cow: it has no header");

    Files.delete(file("snap.cow"));
    assertThat(check()).singleElement().asString().startsWith("snap.cow: it is missing");

    Files.createSymbolicLink(file("snap.cow"), Path.of("base.img"));
    assertThat(check()).singleElement().asString().contains("not a file of its own");
  }

  @Test
  void an_image_that_is_not_as_the_table_says_is_a_problem() throws Exception {
    resize("base.img", MIB + 512);
    assertThat(check()).singleElement().asString().contains("2049 sectors, not 2048");

    resize("base.img", MIB - 1);
    assertThat(check()).singleElement().asString().contains("not a multiple of 512");

    Files.delete(file("base.img"));
    assertThat(check()).singleElement().asString().startsWith("base.img: it is missing");
  }

  @Test
  void an_image_that_was_changed_behind_its_snapshots_is_a_problem() throws Exception {
    Files.setLastModifiedTime(file("base.img"), FileTime.fromMillis(1_000_000_000_000L));

    assertThat(check())
        .singleElement()
        .asString()
        .startsWith("base.img: the image of base was changed while the pool was not mounted");
  }

  @Test
  void a_pool_that_was_not_unmounted_is_a_note() throws Exception {
    table(table().replaceAll("# dmsnap: clean.*\n", ""));

    assertThat(check()).singleElement().asString().startsWith("base.img: note: ");
  }

  @Test
  void what_the_next_mount_will_mend_is_a_note() throws Exception {
    Files.move(file("snap.cow"), file(".snap.cow.removing"));
    Files.write(file(".stale.img.new"), new byte[512]);
    resize(".snap.cow.removing", MIB);

    assertThat(check())
        .satisfiesExactly(
            it -> assertThat(it).startsWith(".snap.cow.removing: note: a crash left snap.cow"),
            it -> assertThat(it).startsWith(".snap.cow.removing: note: it has 2048 sectors"),
            it -> assertThat(it).startsWith(".stale.img.new: note: a crash left it"));
  }

  @Test
  void files_that_the_table_does_not_list_are_reported() throws Exception {
    Files.write(file("lost.cow"), new byte[512]);
    Files.write(file("mine.img"), new byte[512]);
    Files.write(file("odd.img"), new byte[513]);
    Files.write(file("other.txt"), new byte[513]);

    assertThat(check())
        .satisfiesExactly(
            it -> assertThat(it).startsWith("lost.cow: note: "),
            it -> assertThat(it).startsWith("mine.img: note: "),
            it -> assertThat(it).startsWith("odd.img: its size of 513 bytes"));
  }

  @Test
  void one_file_under_two_names_is_a_problem() throws Exception {
    Files.createLink(file("twice.img"), file("base.img"));

    assertThat(check()).anyMatch(it -> it.contains("base.img and twice.img are the same file"));
  }

  @Test
  void an_invalid_snapshot_is_a_note() throws Exception {
    table("# dmsnap: invalid snap the disk broke\n" + table());

    assertThat(check())
        .singleElement()
        .asString()
        .startsWith("snap.cow: note: ")
        .contains("the disk broke");
  }

  private List<String> check() throws IOException {
    Map<String, String> before = content();
    List<String> found = new ArrayList<>();
    try (FileDirectory locked = FileDirectory.lock(directory, true)) {
      PoolCheck.check(locked, finding -> found.add(finding.toString()));
    }
    assertThat(content()).isEqualTo(before);
    return found;
  }

  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    for (String file : files()) {
      byte[] bytes = Files.readAllBytes(file(file));
      String stat = Files.readAttributes(file(file), "unix:ctime,ino,mode,size").toString();
      content.put(file, stat + java.util.Arrays.hashCode(bytes));
    }
    return content;
  }

  private void poke(String file, long position, int value) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file(file).toFile(), "rw")) {
      open.seek(position);
      open.write(value);
    }
  }

  private void resize(String file, long size) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file(file));
    try (RandomAccessFile open = new RandomAccessFile(file(file).toFile(), "rw")) {
      open.setLength(size);
    }
    Files.setLastModifiedTime(file(file), modified);
  }

  private Path file(String name) {
    return directory.resolve(name);
  }
}
