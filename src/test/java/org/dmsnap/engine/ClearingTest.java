package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Discards and zeroing of what reads as zeroes take nothing of any COW device. */
class ClearingTest {

  private static final int ZEROES = 8 * CHUNK;

  private final Bench bench = Bench.create();

  /** The second 8 chunks of the origin are zeroes, but for a byte in the fourth of them. */
  @BeforeEach
  void put() {
    bench.image.put(ZEROES, new byte[ZEROES]);
    bench.image.put(ZEROES + 3 * CHUNK + 5, new byte[] {1});
    System.arraycopy(bench.image.content(), 0, bench.before, 0, Bench.SIZE);
  }

  @Test
  void zeroing_an_origin_copies_out_what_is_not_zero_alone() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    bench.volume.zero(ZEROES, ZEROES);

    assertThat(snapshot.status()).startsWith("24/");
    assertThat(bench.image.content(ZEROES, ZEROES)).containsOnly(0);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    bench.volume.zero(CHUNK + 10, 3 * CHUNK);
    assertThat(snapshot.status()).startsWith("56/");
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void a_discard_of_an_origin_needs_room_for_what_is_not_zero_alone() throws Exception {
    Snapshot snapshot = bench.snapshot(new RamDevice(3 * CHUNK), "P", 8);

    fails(Errno.EOPNOTSUPP, () -> bench.volume.discard(0, 2 * ZEROES));
    assertThat(snapshot.status()).isEqualTo("16/24 16");
    bench.volume.discard(ZEROES, ZEROES);

    assertThat(snapshot.status()).isEqualTo("24/24 16");
    assertThat(bench.image.content(ZEROES, ZEROES)).containsOnly(0);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void a_chunk_in_which_several_runs_lie_is_counted_once() throws Exception {
    Snapshot snapshot = bench.snapshot(new RamDevice(3 * ZEROES), "P", 64);

    bench.volume.discard(ZEROES, ZEROES);

    assertThat(snapshot.status()).isEqualTo("192/192 128");
  }

  @Test
  void zeroing_a_snapshot_takes_what_is_not_zero_alone() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    snapshot.zero(ZEROES, ZEROES);

    assertThat(snapshot.status()).startsWith("24/");
    assertThat(Io.read(snapshot, ZEROES, ZEROES)).containsOnly(0);
    snapshot.zero(ZEROES, ZEROES);
    assertThat(snapshot.status()).startsWith("24/");
  }

  @Test
  void what_waits_in_memory_over_zeroes_is_zeroed() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    Io.write(bench.volume, ZEROES, new byte[] {7});

    bench.volume.zero(ZEROES, CHUNK);

    assertThat(Io.read(bench.volume, ZEROES, CHUNK)).containsOnly(0);
    bench.volume.flush();
    assertThat(bench.image.content(ZEROES, CHUNK)).containsOnly(0);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void where_overflow_is_refused_a_zeroing_is_refused_as_a_whole() throws Exception {
    Bench refusing = Bench.refusing();
    Snapshot snapshot = refusing.snapshot(new RamDevice(4 * CHUNK), "P", 8);

    fails(Errno.ENOSPC, () -> refusing.volume.admitZero(0, 3 * CHUNK));
    fails(Errno.ENOSPC, () -> snapshot.admitZero(0, 3 * CHUNK));
    refusing.volume.admitZero(0, 2 * CHUNK);

    assertThat(snapshot.status()).isEqualTo("16/32 16");
  }
}
