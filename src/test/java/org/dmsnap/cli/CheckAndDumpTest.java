package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dmsnap check} and {@code dmsnap dump}, to the word and the exit code. */
class CheckAndDumpTest {

  private static final int CHUNK = 4096;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path cow;

  @BeforeEach
  void a_cow_device() throws IOException {
    cow = directory.resolve("snap.cow");
    write(cow(1, 7, 2, 8, 3, 9, 4, 20, 5, 0, 0));
  }

  private void write(ByteBuffer content) throws IOException {
    Files.write(cow, content.array());
  }

  /** 16 chunks with these records. */
  private static ByteBuffer cow(int valid, long... records) {
    ByteBuffer content = ByteBuffer.allocate(16 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(0x70416e53).putInt(valid).putInt(1).putInt(8).position(CHUNK);
    for (long number : records) {
      content.putLong(number);
    }
    return content;
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
  void a_dump_is_header_numbers_and_exceptions() {
    assertThat(run("dump", cow.toString())).isZero();

    assertThat(out)
        .hasToString(
            "device: "
                + cow
                + """

                sectors: 128
                magic: SnAp
                valid: 1
                version: 1
                chunk size: 8
                status: 48/128 16
                7-9 -> 2-4
                20 -> 5
                exceptions: 4
                """);
  }

  @Test
  void a_dump_in_json_has_the_same_in_fields() throws IOException {
    assertThat(run("dump", "--json", cow.toString())).isZero();

    assertThat(out)
        .hasToString(
            "{\"device\": \""
                + cow
                + """
                ", "sectors": 128,_\
                "header": {"magic": "SnAp", "valid": 1, "version": 1, "chunk_size": 8},_\
                "status": "48/128 16", "allocated_sectors": 48, "total_sectors": 128,_\
                "metadata_sectors": 16, "exceptions": [
                {"old": 7, "new": 2, "count": 3},
                {"old": 20, "new": 5, "count": 1}
                ], "exception_count": 4}
                """
                    .replace(",_", ", "));
    JsonSchema.of("dump").check(out.toString());
  }

  @Test
  void a_dump_shows_what_there_is_of_a_device_that_is_no_store() throws IOException {
    write(cow(1).putInt(0, 5));

    assertThat(run("dump", cow.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("magic: 0x5\n").doesNotContain("status");
    assertThat(err.toString()).hasLineCount(1).contains("Invalid or corrupt snapshot");

    assertThat(run("dump", "--json", cow.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("\"header\": {\"magic\": \"0x5\"", "\"exceptions\": [], \"error\": \"persistent")
        .endsWith("}\n");
    JsonSchema.of("dump").check(out.toString());
  }

  @Test
  void a_dump_shows_the_exceptions_of_a_list_without_end() throws IOException {
    Files.write(cow, java.util.Arrays.copyOf(full(), 2 * CHUNK));

    assertThat(run("dump", cow.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("chunk size: 8\n0-255 -> 2-257\n").doesNotContain("status");
    assertThat(err.toString()).hasLineCount(1).contains("metadata area 1 lies beyond the end");

    assertThat(run("dump", "--json", cow.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("\n], \"error\": \"metadata area 1").endsWith("}\n");
    JsonSchema.of("dump").check(out.toString());
  }

  @Test
  void an_invalid_snapshot_shows_invalid_and_what_it_had() throws IOException {
    write(cow(0, 7, 2));

    assertThat(run("dump", cow.toString())).isZero();

    assertThat(out.toString()).contains("valid: 0\n", "status: Invalid\n7 -> 2\nexceptions: 1\n");
  }

  @Test
  void a_check_says_what_is_wrong_and_counts_it() throws IOException {
    assertThat(run("check", cow.toString())).isZero();
    assertThat(out).hasToString(cow + ": nothing is wrong\n");

    write(cow(1, 7, 2, 7, 3));
    assertThat(run("check", cow.toString())).isEqualTo(1);
    assertThat(out.toString())
        .startsWith(cow + ": metadata area 0, slot 1 (byte 4112) (origin chunk 7 at COW chunk 3)")
        .endsWith(cow + ": 1 problem\n");
  }

  @Test
  void a_check_of_a_pool_checks_all_of_it() throws IOException {
    Files.write(directory.resolve("base.img"), new byte[10 * CHUNK]);
    Files.writeString(
        directory.resolve("pool.table"), "snap: 0 80 snapshot base-real snap-cow P 8\n");

    assertThat(run("check", directory.toString())).isEqualTo(1);

    assertThat(out.toString())
        .contains("base.img: note: ", "snap.cow: metadata area 0, slot 3 (byte 4144)")
        .endsWith(directory + ": 1 problem\n");
  }

  @Test
  void what_cannot_be_read_is_exit_code_2_for_a_check_and_1_for_a_dump() {
    Path nowhere = directory.resolve("nowhere");

    assertThat(run("check", nowhere.toString())).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("nowhere");
    assertThat(run("dump", nowhere.toString())).isEqualTo(1);
    assertThat(err.toString()).hasLineCount(1).contains("nowhere");
    assertThat(run("dump", directory.toString())).isEqualTo(1);
    assertThat(run("dump", "/dev/null")).isEqualTo(1);
    assertThat(run("check")).isEqualTo(2);
    assertThat(run("dump", cow.toString(), "more")).isEqualTo(2);
  }

  private static byte[] full() {
    long[] records = new long[512];
    for (int i = 0; i < 256; i++) {
      records[2 * i] = i;
      records[2 * i + 1] = 2 + i;
    }
    return cow(1, records).array();
  }
}
