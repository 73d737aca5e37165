package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails of a snapshot's own fails alone, as long as its origin wants nothing of it. */
class OwnFailureTest {

  private static final int RECORDS = CHUNK;
  private static final int FIRST_DATA = 2 * CHUNK;

  private final Bench bench = Bench.create();
  private final RamDevice cow = Bench.cow(64);
  private Snapshot snapshot;

  @BeforeEach
  void take() throws Exception {
    snapshot = bench.snapshot(cow, "P", 8);
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1, CHUNK, 3 * CHUNK})
  void a_first_write_that_fails_is_as_if_it_had_not_been(int length) throws Exception {
    cow.breakFrom(FIRST_DATA);

    fails(Errno.EIO, () -> Io.write(snapshot, 0, bytes(length, 1)));

    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    assertThat(snapshot.status()).isEqualTo("16/512 16");
    cow.repair();
    Io.write(snapshot, 0, bytes(length, 2));
    snapshot.flush();
    assertThat(Io.read(bench.reopen(snapshot, "P"), 0, length)).isEqualTo(bytes(length, 2));
    assertThat(bench.events.all()).isEmpty();
  }

  @Test
  void a_partial_write_fails_if_the_origin_cannot_be_read_around_it() throws Exception {
    bench.image.breakRange(0, CHUNK);

    fails(Errno.EIO, () -> Io.write(snapshot, 100, new byte[1]));

    bench.image.repair();
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void records_that_cannot_be_written_fail_every_fsync_until_they_can() throws Exception {
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    cow.breakRange(RECORDS, FIRST_DATA);

    fails(Errno.EIO, snapshot::flush);
    fails(Errno.EIO, snapshot::flush);
    cow.repair();
    snapshot.flush();

    assertThat(Io.read(bench.reopen(snapshot, "P"), 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void a_sync_that_fails_fails_every_fsync_and_keeps_what_was_acknowledged() throws Exception {
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    snapshot.flush();
    Io.write(snapshot, CHUNK, bytes(CHUNK, 2));
    cow.failSync();
    fails(Errno.EIO, snapshot::flush);
    cow.repair();

    fails(Errno.EIO, snapshot::flush);
    fails(Errno.EIO, () -> Io.write(snapshot, 5 * CHUNK, bytes(CHUNK, 3)));
    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(Io.read(snapshot, 5 * CHUNK, CHUNK)).isEqualTo(before(5 * CHUNK));

    Snapshot again = bench.reopen(snapshot, "P");
    assertThat(Io.read(again, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(Io.read(again, CHUNK, CHUNK)).isEqualTo(before(CHUNK)); // it had no record yet
    again.flush();
  }

  @ParameterizedTest(name = "chunk {0}")
  @ValueSource(ints = {0, 1})
  void an_origin_that_needs_the_store_after_that_makes_it_invalid(int chunk) throws Exception {
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    cow.failSync();
    fails(Errno.EIO, snapshot::flush);
    cow.repair();

    Io.write(bench.volume, chunk * CHUNK, bytes(CHUNK, 2));
    bench.volume.flush();

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(bench.events.all()).singleElement().asString().doesNotContain("(not recorded)");
    assertThat(bench.image.content(chunk * CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 2));
  }

  @Test
  void an_origin_that_needs_its_siblings_alone_leaves_it_valid() throws Exception {
    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    bench.volume.flush();
    Snapshot sibling = bench.snapshot(8);
    Io.write(snapshot, CHUNK, bytes(CHUNK, 2));
    cow.failSync();
    fails(Errno.EIO, snapshot::flush);

    Io.write(bench.volume, 0, bytes(CHUNK, 3)); // which this one has, and the sibling has not
    bench.volume.flush();

    assertThat(snapshot.valid()).isTrue();
    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(before(0));
    assertThat(Io.read(sibling, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(bench.image.content(0, CHUNK)).isEqualTo(bytes(CHUNK, 3));
  }

  @Test
  void a_discard_of_the_origin_that_needs_it_is_refused() throws Exception {
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    cow.failSync();

    fails(Errno.EOPNOTSUPP, () -> bench.volume.discard(0, CHUNK));
    fails(Errno.EOPNOTSUPP, () -> bench.volume.discard(CHUNK, CHUNK));

    assertThat(snapshot.valid()).isTrue();
    assertThat(bench.image.content()).isEqualTo(bench.before);
  }

  private byte[] before(int position) {
    return java.util.Arrays.copyOfRange(bench.before, position, position + CHUNK);
  }
}
