package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dmsnap diff} and {@code dmsnap map} against plain files in the places of a mount's. */
class DiffAndMapTest {

  private static final int SECTOR = 512;

  private static final String TAKEN_OF_BASE =
      row("older", "base")
          + row("newer", "base")
          + row("lost", "base")
          + row("gone", "base")
          + row("passing", "base")
          + row("test", "older")
          + row("foreign", "other");

  @TempDir Path mount;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void lay_out() throws IOException {
    Files.createDirectories(mount.resolve("ctl/status"));
    Files.createDirectories(mount.resolve("ctl/table"));
    write("lvs", "  LV        VG   Attr       LSize   Origin Snap% \n" + TAKEN_OF_BASE);
    line("base", "0 64 snapshot-origin base-real", "0 64 snapshot-origin ");
    snapshot("older", 8, 3, 0, 1);
    snapshot("newer", 4, 1, 6);
  }

  private static String row(String name, String origin) {
    return String.format("  %-9s vg   swi-a-s---   8.00m %-6s 0.00  \n", name, origin);
  }

  /** A snapshot of 64 sectors with exceptions of these chunks. */
  private void snapshot(String name, int chunk, long... exceptions) throws IOException {
    line(name, "0 64 snapshot base-real " + name + "-cow P " + chunk, "0 64 snapshot 16/128 16");
    int bytes = chunk * SECTOR;
    ByteBuffer cow = ByteBuffer.allocate(16 * bytes).order(ByteOrder.LITTLE_ENDIAN);
    cow.putInt(0x70416e53).putInt(1).putInt(1).putInt(chunk).position(bytes);
    for (int i = 0; i < exceptions.length; i++) {
      cow.putLong(exceptions[i]).putLong(2 + i);
    }
    Files.write(mount.resolve(name + "-cow"), cow.array());
  }

  private void line(String name, String table, String status) throws IOException {
    write("table/" + name, table + "\n");
    write("status/" + name, status + "\n");
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(mount.resolve("ctl").resolve(file), text);
  }

  private int run(String... words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words);
  }

  @Test
  void a_snapshot_may_differ_from_its_origin_where_it_has_exceptions() {
    assertThat(run("diff", mount.toString(), "older")).isZero();

    assertThat(out).hasToString("0 8192\n12288 4096\n");
  }

  @Test
  void two_snapshots_may_differ_where_either_has_exceptions() {
    assertThat(run("diff", mount.toString(), "newer", "--from", "older")).isZero();

    assertThat(out).hasToString("0 8192\n12288 4096\n");
  }

  @Test
  void in_a_stack_two_may_differ_where_what_only_one_reads_through_has_exceptions()
      throws IOException {
    line("older", "0 64 snapshot-origin older-real", "0 64 snapshot-origin ");
    line("older-real", "0 64 snapshot base-real older-cow P 8", "0 64 snapshot 16/128 16");
    snapshot("test", 1, 40);
    line("test", "0 64 snapshot older-real test-cow P 1", "0 64 snapshot 3/128 2");

    assertThat(run("diff", mount.toString(), "test")).isZero();
    assertThat(out).hasToString("20480 512\n");
    assertThat(run("diff", mount.toString(), "test", "--from", "older")).isZero();
    assertThat(out).hasToString("20480 512\n");
    assertThat(run("diff", mount.toString(), "newer", "--from", "test")).isZero();
    assertThat(out).hasToString("0 8192\n12288 4096\n20480 512\n");
  }

  @Test
  void chunk_sizes_may_be_mixed() throws IOException {
    snapshot("newer", 1, 16, 40, 63);

    assertThat(run("diff", mount.toString(), "newer", "--from", "older")).isZero();

    assertThat(out).hasToString("0 8704\n12288 4096\n20480 512\n32256 512\n");
  }

  @Test
  void json_says_what_was_compared_and_how_much_there_is() throws IOException {
    assertThat(run("diff", "--json", mount.toString(), "older")).isZero();

    assertThat(out)
        .hasToString(
            """
            {"snapshot": "older", "from": "base", "size": 32768, "ranges": [
            {"offset": 0, "length": 8192},
            {"offset": 12288, "length": 4096}
            ], "range_count": 2, "bytes": 12288}
            """);
    JsonSchema.of("diff").check(out.toString());
    run("diff", "--json", "--from", "older", mount.toString(), "newer");
    JsonSchema.of("diff").check(out.toString());
  }

  @Test
  void a_map_has_a_letter_for_each_cell() throws IOException {
    assertThat(run("map", "--width", "4", mount.toString(), "older")).isZero();
    assertThat(out.toString().strip()).isIn("█▓░░", "#+..");

    assertThat(run("map", "--json", "--width", "2", mount.toString(), "older")).isZero();
    assertThat(out.toString())
        .contains("\"chunk_size\": 4096, \"excepted\": 12288")
        .contains("{\"offset\": 0, \"length\": 16384, \"excepted\": 12288}");
    JsonSchema.of("map").check(out.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "base, is no snapshot",
    "nobody, no device nobody",
    "lost, is Invalid",
    "gone, is Invalid",
    "passing, is transient",
    "merging, is merging"
  })
  void what_has_no_exceptions_to_read_is_refused_in_words(String name, String words)
      throws IOException {
    line("lost", "0 64 snapshot base-real lost-cow P 8", "0 64 snapshot Invalid");
    line("gone", "0 64 snapshot base-real gone-cow P 8", "0 64 snapshot 16/128 16");
    byte[] marked = HexFormat.of().parseHex("536e4170000000000100000008000000");
    Files.write(mount.resolve("gone-cow"), marked);
    line("passing", "0 64 snapshot base-real passing-cow N 8", "0 64 snapshot 8/128 0");
    write(
        "lvs",
        "  LV        VG   Attr       LSize   Origin Snap% \n"
            + TAKEN_OF_BASE
            + row("[merging]", "base"));

    for (String command : new String[] {"diff", "map"}) {
      assertThat(run(command, mount.toString(), name)).isEqualTo(1);
      assertThat(err.toString()).contains(words).hasLineCount(1);
    }
  }

  @Test
  void snapshots_of_two_origins_are_not_compared() throws IOException {
    line("foreign", "0 64 snapshot other-real foreign-cow P 8", "0 64 snapshot 16/128 16");

    assertThat(run("diff", mount.toString(), "older", "--from", "foreign")).isEqualTo(1);

    assertThat(err.toString()).contains("foreign is a snapshot of other, not of base");
  }

  @Test
  void a_width_that_is_none_is_misuse() {
    assertThat(run("map", "--width", "0", mount.toString(), "older")).isEqualTo(2);
  }
}
