package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when a COW device has no room left. */
class FullSnapshotTest {

  private static final String NO_SPACE = "Invalid: Unable to allocate exception";

  private final Bench bench = Bench.create();

  /** Room for one exception. */
  private final RamDevice cow = Bench.cow(3);

  static void fails(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void its_own_write_makes_it_invalid_on_disk() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));

    fails(Errno.EIO, () -> Io.write(snapshot, CHUNK, bytes(CHUNK, 2)));

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(cow.content(4, 4)).containsOnly(0);
    assertThat(bench.events.all()).containsExactly(NO_SPACE);
    fails(Errno.EIO, () -> Io.read(snapshot, 0, 1));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"P", "PO", "N"})
  void a_write_to_the_origin_goes_on_and_makes_it_invalid(String type) throws Exception {
    RamDevice small = type.equals("N") ? Bench.cow(1) : cow;
    Snapshot snapshot = bench.snapshot(small, type, 8);
    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    assertThat(snapshot.valid()).isTrue();

    Io.write(bench.volume, CHUNK, bytes(CHUNK, 2));

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(Io.read(bench.volume, CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 2));
    assertThat(bench.events.all()).containsExactly(NO_SPACE);
  }

  @Test
  void it_is_invalid_durably_before_the_write_that_broke_it_reaches_the_image() throws Exception {
    bench.snapshot(cow, "P", 8);
    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    var log = Bench.watch(Bench.log(), "cow", cow);
    Bench.watch(log, "origin", bench.image);

    Io.write(bench.volume, CHUNK, bytes(CHUNK, 2));

    assertThat(log).containsExactly("cow WRITE 0", "cow SYNC", "origin WRITE " + CHUNK);
  }

  @Test
  void an_invalid_one_stays_invalid_when_reopened() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(bench.volume, 0, bytes(2 * CHUNK, 1));

    Snapshot again = bench.reopen(snapshot, "P");

    assertThat(again.status()).isEqualTo("Invalid");
    fails(Errno.EIO, () -> Io.read(again, 0, 1));
    fails(Errno.EIO, () -> Io.write(again, 0, new byte[1]));
  }

  @Test
  void with_overflow_it_stays_readable_and_leaves_no_trace_on_disk() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "PO", 8);

    fails(Errno.EIO, () -> Io.write(snapshot, 0, bytes(2 * CHUNK, 1)));

    assertThat(snapshot.status()).isEqualTo("Overflow");
    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(Arrays.copyOf(bytes(2 * CHUNK, 1), CHUNK));
    assertThat(cow.content(4, 1)).containsExactly(1);
    fails(Errno.EIO, () -> Io.write(snapshot, 0, bytes(CHUNK, 2)));
    fails(Errno.EIO, () -> snapshot.discard(0, CHUNK));
    assertThat(bench.events.all()).containsExactly("Overflow");
  }

  @Test
  void an_overflowed_one_becomes_invalid_only_by_an_origin_write_it_cannot_follow()
      throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "PO", 8);
    fails(Errno.EIO, () -> Io.write(snapshot, 0, bytes(2 * CHUNK, 1)));

    Io.write(bench.volume, 0, bytes(CHUNK, 3));
    assertThat(snapshot.status()).isEqualTo("Overflow");

    Io.write(bench.volume, CHUNK, bytes(CHUNK, 3));
    assertThat(snapshot.status()).isEqualTo("Invalid");
  }

  @Test
  void overflow_outlives_growth_and_ends_with_a_reopen() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "PO", 8);
    fails(Errno.EIO, () -> Io.write(snapshot, 0, bytes(2 * CHUNK, 1)));
    cow.resize(10 * CHUNK);
    assertThat(snapshot.status()).isEqualTo("Overflow");
    snapshot.flush();

    Snapshot again = bench.reopen(snapshot, "PO");

    Io.write(again, CHUNK, bytes(CHUNK, 2));
    assertThat(again.status()).isEqualTo("32/80 16");
  }

  @Test
  void a_device_grown_in_time_counts_at_once() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));

    cow.resize(4 * CHUNK);

    assertThat(snapshot.status()).isEqualTo("24/32 16");
    Io.write(snapshot, CHUNK, bytes(CHUNK, 1));
    assertThat(snapshot.status()).isEqualTo("32/32 16");
  }

  @Test
  void one_of_three_that_is_full_takes_none_with_it() throws Exception {
    Snapshot first = bench.snapshot(8);
    Snapshot full = bench.snapshot(cow, "P", 8);
    Snapshot third = bench.snapshot(16);

    Io.write(bench.volume, 0, bytes(4 * CHUNK, 1));

    assertThat(full.status()).isEqualTo("Invalid");
    assertThat(Io.read(first)).isEqualTo(bench.before);
    assertThat(Io.read(third)).isEqualTo(bench.before);
    assertThat(Io.read(bench.volume, 0, 4 * CHUNK)).isEqualTo(bytes(4 * CHUNK, 1));
  }

  @Test
  void an_area_that_fills_with_no_room_for_the_next_invalidates() throws Exception {
    Snapshot snapshot = bench.snapshot(new RamDevice(34 * 512), "P", 1);
    Io.write(bench.volume, 0, bytes(31 * 512, 1));
    assertThat(snapshot.status()).isEqualTo("33/34 2");

    Io.write(bench.volume, 31 * 512, bytes(512, 1));

    assertThat(snapshot.status()).isEqualTo("Invalid");
  }

  @Test
  void fsync_of_an_invalid_one_fails_only_if_writes_were_lost() throws Exception {
    Snapshot flushed = bench.snapshot(cow, "P", 8);
    Io.write(flushed, 0, bytes(CHUNK, 1));
    flushed.flush();
    Snapshot unflushed = bench.snapshot(Bench.cow(3), "P", 8);
    Io.write(unflushed, 0, bytes(CHUNK, 1));

    Io.write(bench.volume, CHUNK, bytes(CHUNK, 2));

    flushed.flush();
    fails(Errno.EIO, unflushed::flush);
  }

  @Test
  void refused_overflow_fails_the_write_and_saves_the_snapshot() throws Exception {
    Bench refusing = Bench.refusing();
    Snapshot roomy = refusing.snapshot(8);
    Snapshot snapshot = refusing.snapshot(cow, "P", 8);
    String status = roomy.status();

    fails(Errno.ENOSPC, () -> Io.write(refusing.volume, 0, bytes(2 * CHUNK, 1)));
    fails(Errno.ENOSPC, () -> Io.write(snapshot, 0, bytes(2 * CHUNK, 1)));

    assertThat(snapshot.status()).isEqualTo("16/24 16");
    assertThat(roomy.status()).isEqualTo(status);
    assertThat(Io.read(snapshot)).isEqualTo(refusing.before);
    assertThat(Io.read(refusing.volume)).isEqualTo(refusing.before);
    Io.write(refusing.volume, 0, bytes(CHUNK, 1));
    assertThat(Io.read(snapshot)).isEqualTo(refusing.before);
  }

  @Test
  void a_refused_write_takes_no_room() throws Exception {
    Bench refusing = Bench.refusing();
    Snapshot snapshot = refusing.snapshot(Bench.cow(2 + 48), "P", 8);
    String empty = snapshot.status();

    // two regions, of which the first would fit
    fails(Errno.ENOSPC, () -> Io.write(refusing.volume, 0, bytes(64 * CHUNK, 1)));

    assertThat(snapshot.status()).isEqualTo(empty);
    assertThat(Io.read(refusing.volume)).isEqualTo(refusing.before);
    Io.write(refusing.volume, 16 * CHUNK, bytes(48 * CHUNK, 2)); // what there is room for
  }

  @Test
  void writers_that_meet_take_no_more_room_than_is_acknowledged() throws Exception {
    int chunks = 33; // so each writer needs two regions
    for (int round = 0; round < 100; round++) {
      Bench refusing = Bench.refusing();
      Snapshot snapshot = refusing.snapshot(Bench.cow(2 + 2 * chunks - 1), "P", 8);

      List<CompletableFuture<Boolean>> writers =
          IntStream.range(0, 3)
              .mapToObj(n -> CompletableFuture.supplyAsync(() -> writes(refusing, n, chunks)))
              .toList();

      assertThat(writers.stream().filter(CompletableFuture::join)).hasSize(1);
      assertThat(snapshot.status())
          .isEqualTo((2 + chunks) * 8 + "/" + (1 + 2 * chunks) * 8 + " 16");
    }
  }

  /** Writes where nobody else does; whether there was room. */
  private static boolean writes(Bench bench, int number, int chunks) {
    try {
      Io.write(bench.volume, number * 64L * CHUNK, bytes(chunks * CHUNK, number));
      return true;
    } catch (IOException refused) {
      assertThat(ErrnoException.errnoOf(refused)).isEqualTo(Errno.ENOSPC);
      return false;
    }
  }

  @Test
  void refused_zeroing_zeroes_nothing_and_saves_the_snapshot() throws Exception {
    Bench refusing = Bench.refusing(4 << 20);
    Snapshot snapshot = refusing.snapshot(Bench.cow(300), "P", 8);

    fails(Errno.ENOSPC, () -> snapshot.zero(100, 2 << 20));

    assertThat(snapshot.status()).isEqualTo("16/2400 16");
    snapshot.zero(100, 1 << 20);
    assertThat(Io.read(snapshot, 100, 1 << 20)).containsOnly(0);
  }

  @Test
  void a_write_while_a_snapshot_merges_is_refused_as_a_whole() throws Exception {
    Bench refusing = Bench.refusing();
    Snapshot merging = refusing.snapshot(8);
    Snapshot sibling = refusing.snapshot(Bench.cow(2 + 6), "P", 8);
    Io.write(merging, 0, bytes(4 * CHUNK, 1));
    merging.flush();
    refusing.origin.remove(merging);
    SnapshotMerge merge = new SnapshotMerge(refusing.origin, merging, new RecordedEvents());
    byte[] merged = Io.read(merge);

    fails(Errno.ENOSPC, () -> Io.write(merge, 0, bytes(8 * CHUNK, 2)));
    fails(Errno.ENOSPC, () -> merge.zero(0, 8 * CHUNK));

    assertThat(Io.read(merge)).isEqualTo(merged);
    Io.write(merge, 0, bytes(5 * CHUNK, 2));
    assertThat(Io.read(sibling)).isEqualTo(refusing.before);
  }
}
