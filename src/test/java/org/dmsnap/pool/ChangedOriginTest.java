package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every way in which the image of an origin with snapshots is changed while nobody looks. */
class ChangedOriginTest extends PoolFixture {

  private static final Pattern TIMES = Pattern.compile("(mtime|ctime)=(\\d+)");
  private static final long HOUR = 3600;

  private Path image;
  private FileTime modified;

  @BeforeEach
  void a_clean_stop() throws IOException {
    image = directory.resolve("base.img");
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 1, 4096);
    pool.close();
    modified = Files.getLastModifiedTime(image);
  }

  private void assertRefused(String words) {
    assertThatThrownBy(this::open)
        .hasMessageContaining("the image of base was changed while the pool was not mounted")
        .hasMessageContaining(words);
  }

  private RandomAccessFile image() throws IOException {
    return new RandomAccessFile(image.toFile(), "rw");
  }

  @Test
  void a_byte_that_is_written_at_once_is_noticed() throws Exception {
    try (RandomAccessFile file = image()) {
      file.write(7);
    }

    assertRefused("it was last written at");
  }

  @Test
  void so_is_one_whose_time_was_restored() throws Exception {
    try (RandomAccessFile file = image()) {
      file.write(7);
    }
    Files.setLastModifiedTime(image, modified);

    assertRefused("whatever its time of modification says");
  }

  @Test
  void so_is_one_through_another_link() throws Exception {
    Path other = Files.createLink(directory.resolve("other"), image);
    Files.write(other, new byte[MIB]);
    Files.setLastModifiedTime(other, modified);
    Files.delete(other);

    assertRefused("whatever its time of modification says");
  }

  @Test
  void so_is_one_through_memory() throws Exception {
    try (RandomAccessFile file = image()) {
      var memory = file.getChannel().map(MapMode.READ_WRITE, 0, MIB);
      memory.put(0, (byte) 7);
      memory.force();
    }

    assertRefused("it was last written at");
  }

  @Test
  void so_is_another_file_in_its_place() throws Exception {
    Path other = directory.resolve("other");
    Files.copy(image, other, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(other, image, StandardCopyOption.REPLACE_EXISTING);

    assertRefused("after the last clean stop");
  }

  @Test
  void so_is_a_link_to_another_file() throws Exception {
    Path other = directory.resolve("other");
    Files.copy(image, other, StandardCopyOption.COPY_ATTRIBUTES);
    Files.delete(image);
    Files.createSymbolicLink(image, other);

    assertRefused("after the last clean stop");
  }

  @Test
  void so_is_a_size_that_came_and_went() throws Exception {
    try (RandomAccessFile file = image()) {
      file.setLength(512);
      file.setLength(MIB);
    }

    assertRefused("it was last written at");
  }

  @Test
  void reading_is_no_change() throws Exception {
    assertThat(Files.readAllBytes(image)).hasSize(MIB);

    open();
  }

  @Test
  void another_time_zone_of_a_file_system_that_keeps_local_time_is_no_change() throws Exception {
    long shown = noted("shown");
    table(shifted(table(), HOUR * 2));

    open();

    assertThat(device("base").changedNanos()).isEqualTo(shown);
  }

  @Test
  void an_image_that_was_written_whole_hours_later_is_in_no_other_time_zone() throws Exception {
    String[] notes = table().split("(?m)^(?=# dmsnap: clean snap)");
    table(shifted(notes[0], HOUR) + notes[1]);

    assertRefused("it was last written at");
  }

  @Test
  void a_note_of_an_older_version_is_still_read() throws Exception {
    String seconds = "mtime=" + modified.toMillis() / 1000;
    table(table().replaceAll("(clean base size=\\d+) .*", "$1 " + seconds));
    open();
    pool.close();

    table(table().replaceAll("(clean base size=\\d+) .*", "$1 " + seconds));
    Files.setLastModifiedTime(image, FileTime.fromMillis(1_000_000_000_000L));
    assertRefused("it was last written at");
  }

  @Test
  void without_a_note_nothing_is_claimed() throws Exception {
    table(table().replaceAll("# dmsnap: clean.*\n", ""));
    Files.setLastModifiedTime(image, FileTime.fromMillis(0));

    open();
  }

  private long noted(String what) throws IOException {
    Matcher time = Pattern.compile("clean base.* " + what + "=(\\d+)\\.(\\d{9})").matcher(table());
    assertThat(time.find()).isTrue();
    return Long.parseLong(time.group(1)) * 1_000_000_000 + Long.parseLong(time.group(2));
  }

  /** {@code notes} as if everything had been so many seconds earlier. */
  private static String shifted(String notes, long seconds) {
    return TIMES
        .matcher(notes)
        .replaceAll(time -> time.group(1) + "=" + (Long.parseLong(time.group(2)) - seconds));
  }
}
