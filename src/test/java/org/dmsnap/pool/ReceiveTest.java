package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.change.ReceptionRequest;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.stream.RbdDiff;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams that become volumes: what they make, and what nothing is made of, in words. */
class ReceiveTest extends PoolFixture {

  private static final String MONDAY = "00000000-0000-4000-8000-00000000000a";
  private static final String TUESDAY = "00000000-0000-4000-8000-00000000000b";
  private static final String WEDNESDAY = "00000000-0000-4000-8000-00000000000c";

  private final Random random = new Random(7);
  private final byte[] monday = new byte[MIB];

  @BeforeEach
  void begin() throws IOException {
    open();
    random.nextBytes(monday);
    Arrays.fill(monday, 64 << 10, 512 << 10, (byte) 0);
  }

  private static ReceptionRequest as(String name) {
    return new ReceptionRequest(name, null, false, true);
  }

  private void receive(ReceptionRequest request, byte[] stream) throws IOException {
    try (Receiving receiving = pool.streams().receive(request)) {
      for (int at = 0; at < stream.length; ) {
        int count = Math.min(stream.length - at, 1 + random.nextInt(100_000));
        receiving.accept(stream, at, count);
        at += count;
      }
      receiving.finish();
    }
  }

  private AbstractThrowableAssert<?, ?> refused(ThrowingCallable receiving) throws IOException {
    String before = tableOrNone();
    var names = names();
    var files = files();
    var refused =
        assertThatThrownBy(receiving)
            .isInstanceOfAny(ErrnoException.class, IllegalArgumentException.class);
    assertThat(tableOrNone()).isEqualTo(before);
    assertThat(names()).isEqualTo(names);
    assertThat(files()).isEqualTo(files);
    return refused;
  }

  private String tableOrNone() throws IOException {
    return files().contains("pool.table") ? wholeTable() : "";
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The whole of Monday. */
  private byte[] whole() {
    return RbdDiff.whole("monday", MIB)
        .data(0, Arrays.copyOf(monday, 64 << 10))
        .zeroes(64 << 10, 448 << 10)
        .data(512 << 10, Arrays.copyOfRange(monday, 512 << 10, MIB))
        .end(MONDAY, "");
  }

  /** Ranges that begin and end anywhere. */
  private RbdDiff increment(String from, String to) {
    return RbdDiff.between(from, to, MIB)
        .data(100, bytes(50))
        .zeroes(4000, 200)
        .data(8192, bytes(3 * 8192))
        .data(40_000, bytes(100_000))
        .zeroes(300_000, 200_000)
        .data(MIB - 700, bytes(700));
  }

  @Test
  void a_whole_volume_becomes_an_origin() throws IOException {
    receive(as("base"), whole());

    assertThat(read("base", 0, MIB)).isEqualTo(monday);
    assertThat(pool.report("base").identity().content()).isEqualTo(MONDAY);
    assertThat(files()).containsExactly("base.img", "pool.table");
    write("base", 0, 1, 8192);
    reopen();
    assertThat(read("base", 0, 8192)).containsOnly(1);
    assertThat(pool.report("base").identity().content()).isEqualTo(Identity.CHANGED);
  }

  @Test
  void an_increment_becomes_a_snapshot_of_what_it_is_a_difference_from() throws IOException {
    receive(as("monday"), whole());
    byte[] stream = increment("monday", "tuesday").end(TUESDAY, MONDAY);
    byte[] tuesday = RbdDiff.read(stream).over(monday);

    receive(as("tuesday"), stream);

    assertThat(read("tuesday", 0, MIB)).isEqualTo(tuesday).isNotEqualTo(monday);
    assertThat(read("monday", 0, MIB)).isEqualTo(monday);
    assertThat(device("tuesday").table()).contains("snapshot monday-real tuesday-cow P 16");
    reopen();
    assertThat(read("tuesday", 0, MIB)).isEqualTo(tuesday);
    write("monday", 0, 9, MIB);
    assertThat(read("tuesday", 0, MIB)).isEqualTo(tuesday);
  }

  @Test
  void increments_of_increments_stack_and_roll_forward() throws IOException {
    receive(as("monday"), whole());
    byte[] second = increment("monday", "tuesday").end(TUESDAY, MONDAY);
    byte[] third = increment("tuesday", "wednesday").end(WEDNESDAY, TUESDAY);
    byte[] tuesday = RbdDiff.read(second).over(monday);
    byte[] wednesday = RbdDiff.read(third).over(tuesday);
    receive(as("tuesday"), second);

    pool.merge("tuesday", false);
    while (!logged().contains("tuesday into monday has finished")) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    assertThat(names()).containsExactly("monday");
    receive(as("wednesday"), third); // of what is called monday, and reads as tuesday did

    assertThat(read("monday", 0, MIB)).isEqualTo(tuesday);
    assertThat(read("wednesday", 0, MIB)).isEqualTo(wednesday);
    assertThat(device("wednesday").table()).contains("snapshot monday-real");
  }

  @Test
  void a_snapshot_can_be_what_an_increment_is_a_difference_from() throws IOException {
    receive(as("monday"), whole());
    byte[] second = increment("monday", "tuesday").end(TUESDAY, MONDAY);
    byte[] third = increment("tuesday", "wednesday").end(WEDNESDAY, TUESDAY);
    receive(as("tuesday"), second);

    receive(as("w"), third);

    byte[] wednesday = RbdDiff.read(third).over(RbdDiff.read(second).over(monday));
    assertThat(read("w", 0, MIB)).isEqualTo(wednesday);
    assertThat(device("w").table()).contains("snapshot tuesday-real");
  }

  @Test
  void a_stream_of_somebody_else_is_told_by_its_names_and_the_reply_says_so() throws IOException {
    receive(as("monday"), RbdDiff.whole("monday", MIB).data(0, monday).end());
    byte[] stream = increment("monday", "tuesday").end();

    receive(as("tuesday"), stream);

    assertThat(read("tuesday", 0, MIB)).isEqualTo(RbdDiff.read(stream).over(monday));
    assertThat(logged()).contains("by its name alone");
  }

  @Test
  void what_was_written_to_since_is_not_what_it_was() throws IOException {
    receive(as("monday"), whole());
    write("monday", 0, 1, 512);
    byte[] stream = increment("monday", "tuesday").end(TUESDAY, MONDAY);

    refused(() -> receive(as("tuesday"), stream))
        .hasMessageContaining("monday, which is not what it was: it was written to since");

    receive(new ReceptionRequest("tuesday", null, true, false), stream);
    byte[] now = read("monday", 0, MIB);
    assertThat(read("tuesday", 0, MIB)).isEqualTo(RbdDiff.read(stream).over(now));
  }

  @Test
  void another_identity_is_refused() throws IOException {
    receive(as("monday"), whole());
    byte[] stream = increment("monday", "tuesday").end(TUESDAY, WEDNESDAY);

    refused(() -> receive(as("tuesday"), stream))
        .hasMessageContaining("it has another identity")
        .hasMessageContaining("--by-name");
  }

  @Test
  void a_reset_snapshot_is_not_what_it_was() throws IOException {
    receive(as("monday"), whole());
    receive(as("tuesday"), increment("monday", "tuesday").end(TUESDAY, MONDAY));
    pool.reset("tuesday");

    refused(() -> receive(as("w"), increment("tuesday", "w").end(WEDNESDAY, TUESDAY)))
        .hasMessageContaining("it has another identity");
  }

  @Test
  void what_is_not_here_cannot_be_differed_from() throws IOException {
    refused(() -> receive(as("tuesday"), increment("monday", "t").end()))
        .hasMessageContaining("a difference from monday, which is not in this pool");
    pool.create("other", MIB);
    refused(() -> receive(as("tuesday"), increment("monday", "t").end(TUESDAY, MONDAY)))
        .hasMessageContaining("which is not in this pool");
  }

  @Test
  void another_size_is_refused() throws IOException {
    pool.create("monday", 2 * MIB);
    refused(() -> receive(as("tuesday"), increment("monday", "t").end()))
        .hasMessageContaining("the sizes differ: monday has 2097152 bytes, the stream 1048576");
    pool.create("other", MIB);
    refused(() -> receive(as("tuesday"), increment("monday", "t").end()))
        .hasMessageContaining("the sizes differ");
  }

  @Test
  void a_name_that_is_taken_is_refused() throws IOException {
    pool.create("base", MIB);
    refused(() -> receive(as("base"), whole())).hasMessageContaining("there is a volume base");

    try (Receiving receiving = pool.streams().receive(as("coming"))) {
      refused(() -> receive(as("coming"), whole())).hasMessageContaining("is being received");
      refused(() -> pool.create("coming", MIB)).hasMessageContaining("is being received");
      receiving.close();
    }
    pool.create("coming", MIB);
  }

  @Test
  void a_stream_that_is_cut_leaves_nothing() throws IOException {
    receive(as("monday"), whole());
    byte[] whole = whole();
    byte[] stream = increment("monday", "tuesday").end(TUESDAY, MONDAY);
    for (int i = 0; i < 40; i++) {
      byte[] cut = Arrays.copyOf(i % 2 == 0 ? whole : stream, random.nextInt(stream.length));
      refused(() -> receive(as("new"), cut)).hasMessageContaining("the stream cannot be received");
    }
    receive(as("new"), stream);
  }

  @Test
  void what_is_under_way_when_the_pool_is_closed_leaves_nothing() throws IOException {
    Receiving receiving = pool.streams().receive(as("base"));
    byte[] stream = whole();
    receiving.accept(stream, 0, 300_000);
    assertThat(files()).contains(".base.img.new");

    pool.close();

    assertThat(files()).isEmpty();
    assertThatThrownBy(receiving::finish).isInstanceOf(ErrnoException.class);
  }

  @Test
  void a_cow_device_has_the_size_that_was_asked_for_and_what_does_not_fit_is_refused()
      throws IOException {
    receive(as("monday"), whole());
    byte[] stream = increment("monday", "tuesday").end(TUESDAY, MONDAY);

    refused(() -> receive(new ReceptionRequest("tuesday", any -> 64 << 10, false, false), stream))
        .hasMessageContaining("no room for what the stream brings");
    receive(new ReceptionRequest("tuesday", any -> 600 << 10, false, false), stream);

    assertThat(device("tuesday-cow").size()).isEqualTo(600 << 10);
    assertThat(read("tuesday", 0, MIB)).isEqualTo(RbdDiff.read(stream).over(monday));
    refused(() -> receive(new ReceptionRequest("new", any -> MIB, false, false), whole()));
  }

  @Test
  void a_size_that_no_file_has_is_refused() throws IOException {
    refused(() -> receive(as("huge"), RbdDiff.whole("huge", 1L << 62).end()));
  }

  @Test
  void a_pool_that_is_mounted_read_only_receives_nothing() throws IOException {
    pool.close();
    open(readOnly());

    refused(() -> receive(as("base"), whole())).hasMessageContaining("read-only");
  }

  @Test
  void a_volume_that_merges_can_be_no_base() throws IOException {
    receive(as("monday"), whole());
    receive(as("tuesday"), increment("monday", "tuesday").end(TUESDAY, MONDAY));
    device("monday").opened();
    pool.merge("tuesday", false);

    refused(() -> receive(as("new"), increment("monday", "new").end(WEDNESDAY, MONDAY)))
        .hasMessageContaining("tuesday merges into monday or is due to");
  }
}
