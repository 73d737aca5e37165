package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.SIZE;
import static org.dmsnap.engine.Bench.bytes;

import java.util.Arrays;
import java.util.List;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;

/** What a snapshot shows and what its own writes cost. */
class SnapshotTest {

  private final Bench bench = Bench.create();

  @Test
  void a_write_of_a_whole_chunk_reads_nothing_from_the_origin() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    bench.image.breakFrom(0);

    Io.write(snapshot, 2 * CHUNK, bytes(CHUNK, 1));

    assertThat(Io.read(snapshot, 2 * CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(snapshot.status()).isEqualTo("24/8192 16");
  }

  @Test
  void the_rest_of_a_partly_written_chunk_is_the_origins() throws Exception {
    Snapshot snapshot = bench.snapshot(8);

    Io.write(snapshot, 2 * CHUNK + 1000, bytes(700, 1));

    byte[] model = bench.before.clone();
    System.arraycopy(bytes(700, 1), 0, model, 2 * CHUNK + 1000, 700);
    assertThat(Io.read(snapshot)).isEqualTo(model);
    assertThat(Io.read(bench.volume)).isEqualTo(bench.before);
  }

  @Test
  void a_second_write_to_a_chunk_makes_no_new_exception() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));

    Io.write(snapshot, 512, bytes(512, 2));

    assertThat(snapshot.status()).isEqualTo("24/8192 16");
    assertThat(Io.read(snapshot, 512, 512)).isEqualTo(bytes(512, 2));
  }

  @Test
  void one_request_may_span_many_chunks_with_and_without_exceptions() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    byte[] model = bench.before.clone();
    for (int chunk : new int[] {7, 3, 4, 12}) {
      Io.write(snapshot, chunk * CHUNK, bytes(CHUNK, chunk));
      System.arraycopy(bytes(CHUNK, chunk), 0, model, chunk * CHUNK, CHUNK);
    }
    assertThat(Io.read(snapshot)).isEqualTo(model);

    Io.write(snapshot, 2 * CHUNK + 100, bytes(20 * CHUNK, 99));

    System.arraycopy(bytes(20 * CHUNK, 99), 0, model, 2 * CHUNK + 100, 20 * CHUNK);
    assertThat(Io.read(snapshot)).isEqualTo(model);
    assertThat(snapshot.status()).isEqualTo((16 + 21 * 8) + "/8192 16");
  }

  @Test
  void a_chunk_written_by_the_snapshot_is_not_copied_out_again() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    int reads = bench.image.reads();

    Io.write(bench.volume, 0, bytes(CHUNK, 2));

    assertThat(bench.image.reads()).isEqualTo(reads);
    assertThat(snapshot.status()).isEqualTo("24/8192 16");
    assertThat(Io.read(snapshot, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void a_partial_last_chunk_is_copied_only_as_far_as_the_origin_goes() throws Exception {
    Bench odd = Bench.ofSize(10 * CHUNK + 512);
    byte[] old = new byte[40 * CHUNK];
    Arrays.fill(old, (byte) 0x55);
    Arrays.fill(old, 0, 4, (byte) 0);
    RamDevice cow = new RamDevice(old);
    Snapshot snapshot = odd.snapshot(cow, "P", 8);

    Io.write(odd.volume, 10 * CHUNK + 100, bytes(412, 1));

    assertThat(Io.read(snapshot)).isEqualTo(odd.before);
    assertThat(cow.content(2 * CHUNK + 512, CHUNK - 512)).containsOnly(0x55);
  }

  @Test
  void a_write_to_the_partial_last_chunk_stays_within_it() throws Exception {
    Bench odd = Bench.ofSize(10 * CHUNK + 512);
    Snapshot snapshot = odd.snapshot(8);
    byte[] model = odd.before.clone();

    Io.write(snapshot, 10 * CHUNK, bytes(100, 1));

    System.arraycopy(bytes(100, 1), 0, model, 10 * CHUNK, 100);
    assertThat(Io.read(snapshot)).isEqualTo(model);
    assertThat(snapshot.size()).isEqualTo(10 * CHUNK + 512);
  }

  @Test
  void reopened_it_has_the_same_numbers_and_content() throws Exception {
    Snapshot snapshot = bench.snapshot(1);
    Io.write(snapshot, 777, bytes(50_000, 1));
    Io.write(bench.volume, 200_000, bytes(30_000, 2));
    byte[] content = Io.read(snapshot);
    String status = snapshot.status();
    snapshot.flush();

    Snapshot again = bench.reopen(snapshot, "P");

    assertThat(again.status()).isEqualTo(status);
    assertThat(Io.read(again)).isEqualTo(content);
  }

  @Test
  void a_transient_one_is_empty_again_once_reopened() throws Exception {
    Snapshot snapshot = bench.snapshot(Bench.cow(16), "N", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    assertThat(snapshot.status()).isEqualTo("8/128 0");

    bench.origin.remove(snapshot);
    Snapshot again = bench.snapshot((RamDevice) snapshot.cow(), "N", 8);

    assertThat(again.status()).isEqualTo("0/128 0");
    assertThat(Io.read(again)).isEqualTo(bench.before);
  }

  @Test
  void a_write_is_seen_at_once_and_durable_after_flush() throws Exception {
    RamDevice cow = Bench.cow(64);
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    List<String> log = Bench.watch(Bench.log(), "cow", cow);

    Io.write(snapshot, 0, bytes(CHUNK, 1));
    assertThat(log).containsExactly("cow WRITE " + 2 * CHUNK);
    snapshot.flush();

    assertThat(log)
        .startsWith("cow WRITE " + 2 * CHUNK, "cow SYNC", "cow WRITE " + CHUNK, "cow SYNC");
  }

  @Test
  void flush_of_a_snapshot_leaves_the_origin_alone_and_the_other_way_round() throws Exception {
    RamDevice cow = Bench.cow(64);
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    int imageSyncs = bench.image.syncs();
    int cowSyncs = cow.syncs();

    snapshot.flush();
    assertThat(bench.image.syncs()).isEqualTo(imageSyncs);
    assertThat(cow.syncs()).isGreaterThan(cowSyncs);

    cowSyncs = cow.syncs();
    bench.volume.flush();
    assertThat(bench.image.syncs()).isEqualTo(imageSyncs + 1);
    assertThat(cow.syncs()).isEqualTo(cowSyncs);
  }

  @Test
  void chunks_far_larger_than_a_request_are_copied_whole() throws Exception {
    Snapshot snapshot = bench.snapshot(new RamDevice(8 * SIZE), "P", 4096);

    Io.write(bench.volume, 3 * CHUNK, bytes(1, 1));

    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    assertThat(snapshot.status()).isEqualTo("12288/16384 8192");
  }
}
