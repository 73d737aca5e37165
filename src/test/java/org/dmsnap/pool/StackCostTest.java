package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.junit.jupiter.api.Test;

/** What a write to an origin costs, however many snapshots are stacked over it; counted. */
class StackCostTest extends StackedFixture {

  private static final int CHUNKS = 100;
  private static final int HOURS = 32;
  private static final Pattern CALL = Pattern.compile("(\\w+) \\S+( at .*, (\\d+) bytes)?");

  private VolatileDirectory disk = new VolatileDirectory();

  private void openEmpty() throws IOException {
    disk = new VolatileDirectory();
    pool = Pool.open(disk, STACK, log, StallListener.NONE);
    pool.create("base", MIB);
  }

  private void takeHours(int count) throws IOException {
    for (int hour = 0; hour < count; hour++) {
      snapshot("h" + hour, "base", 2L * MIB, "P"); // all that it can ever need
    }
  }

  /** Bytes, or how often, by what was called. */
  private static void count(Map<String, Long> calls, String call) {
    Matcher words = CALL.matcher(call);
    if (words.lookingAt()) {
      long bytes = words.group(3) == null ? 0 : Long.parseLong(words.group(3));
      calls.merge(words.group(1) + "s", 1L, Long::sum);
      calls.merge("bytes by " + words.group(1), bytes, Long::sum);
    }
  }

  private Map<String, Long> firstWrites() throws IOException {
    Map<String, Long> calls = new TreeMap<>();
    disk.watch(call -> count(calls, call));
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      write("base", (long) chunk * CHUNK, 1 + chunk, CHUNK);
    }
    device("base").flush();
    disk.watch(call -> {});
    return calls;
  }

  @Test
  void a_first_write_needs_the_same_bytes_and_syncs_with_32_snapshots_as_with_one()
      throws Exception {
    openEmpty();
    takeHours(1);
    Map<String, Long> one = firstWrites();
    pool.close();

    openEmpty();
    takeHours(HOURS);
    Map<String, Long> many = firstWrites();

    assertThat(one).containsKeys("writes", "syncs", "bytes by write");
    assertThat(many).isEqualTo(one);
  }

  @Test
  void a_mount_of_32_reads_what_their_exceptions_take_and_no_more_for_each_that_is_stacked()
      throws Exception {
    openEmpty();
    takeHours(1);
    firstWrites();
    long one = bytesReadByMount();
    pool.close();

    openEmpty();
    for (int hour = 0; hour < HOURS; hour++) {
      snapshot("h" + hour, "base", 2L * MIB, "P"); // all that it can ever need
      write("base", (long) hour * CHUNK, 1, CHUNK); // each has an exception
    }
    assertThat(bytesReadByMount()).isLessThanOrEqualTo(HOURS * one);
  }

  private long bytesReadByMount() throws IOException {
    pool.close();
    Map<String, Long> calls = new TreeMap<>();
    disk.watchReads(call -> count(calls, call));
    pool = Pool.open(disk, STACK, log, StallListener.NONE);
    disk.watchReads(call -> {});
    return calls.getOrDefault("bytes by read", 0L);
  }

  @Test
  void an_exception_is_kept_once_for_all_that_read_through_it() throws Exception {
    openEmpty();
    takeHours(HOURS);
    firstWrites();

    for (int hour = 0; hour < HOURS - 1; hour++) {
      String device = hour == 0 ? "h0" : "h" + hour + "-real";
      assertThat(device(device).status()).isEqualTo("0 2048 snapshot 32/2080 32");
    }
    assertThat(device("h31-real").status()).isEqualTo("0 2048 snapshot 1632/2080 32");
  }
}
