package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;

import java.util.Arrays;
import java.util.List;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;

/** What a write to an origin does to its snapshots, and in which order. */
class SnapshotOriginTest {

  private final Bench bench = Bench.create();

  @Test
  void the_snapshot_keeps_the_old_data_and_the_origin_has_the_new() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    Io.write(bench.volume, 5000, bytes(100, 1));

    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    assertThat(Io.read(bench.volume, 5000, 100)).isEqualTo(bytes(100, 1));
    assertThat(Io.read(bench.volume, 0, 5000)).isEqualTo(Arrays.copyOf(bench.before, 5000));
  }

  @Test
  void one_read_of_the_origin_serves_all_snapshots() throws Exception {
    Snapshot small = bench.snapshot(8);
    Snapshot middle = bench.snapshot(8);
    Snapshot large = bench.snapshot(8);
    int reads = bench.image.reads();

    Io.write(bench.volume, 40 * CHUNK, bytes(CHUNK, 1));

    assertThat(bench.image.reads()).isEqualTo(reads + 1);
    for (Snapshot snapshot : List.of(small, middle, large)) {
      assertThat(snapshot.status()).isEqualTo("24/8192 16");
      assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    }
  }

  @Test
  void every_snapshot_gets_one_exception_of_its_own_size() throws Exception {
    Snapshot small = bench.snapshot(8);
    Snapshot middle = bench.snapshot(16);
    Snapshot large = bench.snapshot(32);
    bench.image.onEach((operation, position, length) -> {});
    long bytesRead = bench.image.bytesRead();

    Io.write(bench.volume, 40 * CHUNK, bytes(CHUNK, 1));

    assertThat(small.status()).isEqualTo("24/8192 16");
    assertThat(middle.status()).isEqualTo("48/8192 32");
    assertThat(large.status()).isEqualTo("96/8192 64");
    assertThat(bench.image.bytesRead() - bytesRead).isEqualTo(4 * CHUNK);
  }

  @Test
  void a_large_write_takes_as_many_chunks_as_it_touches() throws Exception {
    Snapshot small = bench.snapshot(8);
    Snapshot large = bench.snapshot(128);

    Io.write(bench.volume, 12 << 10, bytes(64 << 10, 1));

    assertThat(small.status()).isEqualTo((16 + 16 * 8) + "/8192 16");
    assertThat(large.status()).isEqualTo((256 + 2 * 128) + "/8192 256");
    assertThat(Io.read(small)).isEqualTo(bench.before);
    assertThat(Io.read(large)).isEqualTo(bench.before);
  }

  @Test
  void data_then_record_then_origin_each_durable_before_the_next() throws Exception {
    RamDevice cow = Bench.cow(64);
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    List<String> log = Bench.watch(Bench.log(), "cow", cow);
    Bench.watch(log, "origin", bench.image);

    Io.write(bench.volume, 7 * CHUNK, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(snapshot.valid()).isTrue();
    assertThat(log)
        .containsExactly(
            "cow WRITE " + 2 * CHUNK,
            "cow SYNC",
            "cow WRITE " + CHUNK,
            "cow SYNC",
            "origin WRITE " + 7 * CHUNK,
            "origin SYNC");
  }

  @Test
  void the_snapshots_own_exception_is_made_durable_before_the_origin_changes() throws Exception {
    RamDevice cow = Bench.cow(64);
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 7 * CHUNK, bytes(CHUNK, 5));
    List<String> log = Bench.watch(Bench.log(), "cow", cow);
    Bench.watch(log, "origin", bench.image);

    Io.write(bench.volume, 7 * CHUNK, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(log)
        .containsExactly(
            "cow SYNC",
            "cow WRITE " + CHUNK,
            "cow SYNC",
            "origin WRITE " + 7 * CHUNK,
            "origin SYNC");
  }

  @Test
  void a_crash_before_the_record_is_written_leaves_the_origin_as_it_was() throws Exception {
    RamDevice cow = Bench.cow(64);
    bench.snapshot(cow, "P", 8);
    byte[][] images = new byte[2][];
    cow.onEach(
        (operation, position, length) -> {
          if (position == CHUNK && images[0] == null) {
            images[0] = cow.content();
            images[1] = bench.image.content();
          }
        });

    Io.write(bench.volume, 7 * CHUNK, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(images[1]).isEqualTo(bench.before);
    Snapshot crashed = Bench.create().snapshot(new RamDevice(images[0]), "P", 8);
    assertThat(crashed.status()).isEqualTo("16/512 16");
    assertThat(Io.read(crashed)).isEqualTo(bench.before);
  }

  @Test
  void a_snapshot_added_later_is_protected_from_the_first_write_on() throws Exception {
    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    byte[] then = Io.read(bench.volume);
    Snapshot late = bench.snapshot(8);

    Io.write(bench.volume, 0, bytes(256 << 10, 2));

    assertThat(Io.read(late)).isEqualTo(then);
  }

  @Test
  void a_removed_snapshot_is_no_longer_copied_to() throws Exception {
    Snapshot gone = bench.snapshot(8);
    bench.origin.remove(gone);
    int reads = bench.image.reads();

    Io.write(bench.volume, 0, bytes(CHUNK, 1));

    assertThat(bench.image.reads()).isEqualTo(reads);
    assertThat(bench.origin.snapshots()).isEmpty();
  }

  @Test
  void a_write_beneath_the_target_shows_through() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    bench.image.put(0, bytes(CHUNK, 1));

    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void its_status_has_no_parameters() {
    assertThat(bench.volume.status()).isEmpty();
    assertThat(bench.volume.type()).isEqualTo("snapshot-origin");
  }
}
