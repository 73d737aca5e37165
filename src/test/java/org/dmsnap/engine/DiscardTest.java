package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;
import static org.dmsnap.engine.Feature.DISCARD_PASSDOWN_ORIGIN;
import static org.dmsnap.engine.Feature.DISCARD_ZEROES_COW;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import java.util.Arrays;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;

/** What returns success reads back as zeroes, and no snapshot pays for it. */
class DiscardTest {

  private final Bench bench = Bench.create();
  private final RamDevice cow = Bench.cow(16);

  @Test
  void an_origin_without_snapshots_is_punched() throws Exception {
    bench.volume.discard(CHUNK, CHUNK);

    assertThat(Io.read(bench.volume, CHUNK, CHUNK)).containsOnly(0);
    assertThat(bench.image.discards()).isEqualTo(1);
  }

  @Test
  void an_origin_whose_snapshots_have_room_is_copied_out_first() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);

    bench.volume.discard(CHUNK, CHUNK);

    assertThat(Io.read(bench.volume, CHUNK, CHUNK)).containsOnly(0);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    assertThat(snapshot.status()).isEqualTo("24/128 16");
  }

  @Test
  void a_discard_that_would_fill_a_snapshot_is_refused_with_nothing_copied() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);

    fails(Errno.EOPNOTSUPP, () -> bench.volume.discard(0, 100 * CHUNK));

    assertThat(snapshot.status()).isEqualTo("16/128 16");
    assertThat(bench.image.content()).isEqualTo(bench.before);
  }

  @Test
  void zeroing_an_origin_saves_what_was_there() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    bench.volume.zero(1000, 20 * CHUNK);

    assertThat(Io.read(bench.volume, 1000, 20 * CHUNK)).containsOnly(0);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void zeroing_a_snapshot_writes_zeroes() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    snapshot.zero(1000, 20 * CHUNK);

    assertThat(Io.read(snapshot, 1000, 20 * CHUNK)).containsOnly(0);
    assertThat(Io.read(bench.volume)).isEqualTo(bench.before);
  }

  @Test
  void a_snapshot_without_the_feature_takes_none() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    fails(Errno.EOPNOTSUPP, () -> snapshot.discard(0, CHUNK));
  }

  @Test
  void an_excepted_chunk_is_zeroed_and_keeps_its_space() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8, DISCARD_ZEROES_COW);
    Io.write(snapshot, CHUNK, bytes(2 * CHUNK, 1));

    snapshot.discard(CHUNK, CHUNK);

    assertThat(Io.read(snapshot, CHUNK, CHUNK)).containsOnly(0);
    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(Io.read(bench.volume, 0, CHUNK));
    assertThat(snapshot.status()).isEqualTo("32/128 16");
  }

  @Test
  void a_discard_touches_no_byte_beside_its_range() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8, DISCARD_ZEROES_COW);
    Io.write(snapshot, 0, bytes(3 * CHUNK, 1));
    byte[] model = Io.read(snapshot);

    snapshot.discard(512, CHUNK);

    Arrays.fill(model, 512, 512 + CHUNK, (byte) 0);
    assertThat(Io.read(snapshot)).isEqualTo(model);
  }

  @Test
  void an_unexcepted_chunk_that_is_not_zero_is_refused_before_anything_changes() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8, DISCARD_ZEROES_COW);
    Io.write(snapshot, 0, bytes(CHUNK, 1));

    fails(Errno.EOPNOTSUPP, () -> snapshot.discard(0, 2 * CHUNK));

    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void an_unexcepted_chunk_that_is_zero_already_is_fine() throws Exception {
    bench.volume.zero(0, 4 * CHUNK);
    Snapshot snapshot = bench.snapshot(cow, "P", 8, DISCARD_ZEROES_COW);

    snapshot.discard(0, 4 * CHUNK);

    assertThat(snapshot.status()).isEqualTo("16/128 16");
  }

  @Test
  void with_passdown_the_origin_loses_it_too_and_nothing_is_copied_out() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8, DISCARD_ZEROES_COW, DISCARD_PASSDOWN_ORIGIN);
    Snapshot sibling = bench.snapshot(8);

    snapshot.discard(CHUNK, CHUNK);

    assertThat(Io.read(bench.volume, CHUNK, CHUNK)).containsOnly(0);
    assertThat(Io.read(snapshot, CHUNK, CHUNK)).containsOnly(0);
    assertThat(Io.read(sibling, CHUNK, CHUNK)).containsOnly(0);
    assertThat(sibling.status()).isEqualTo("16/8192 16");
  }

  @Test
  void passdown_needs_the_other_feature() {
    fails(Errno.EINVAL, () -> bench.snapshot(cow, "P", 8, DISCARD_PASSDOWN_ORIGIN));
  }
}
