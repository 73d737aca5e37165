package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.MergeRun;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a merge copies at once: which chunks, in which order, how many, and by whom. */
class MergeBatchTest {

  private static final int CHUNK = 4096;
  private static final int CHUNKS = 100;
  private static final ChunkSize CHUNK_SIZE = new ChunkSize(8);

  private final Bench bench = Bench.create();
  private final RamDevice cow = Bench.cow(512);
  private @Nullable String failure;

  @Test
  void has_the_chunks_of_its_runs_and_no_others() {
    MergeBatch batch = new MergeBatch(List.of(run(20, 3), run(5, 1), run(7, 2)));

    assertThat(chunksIn(batch)).containsExactly(5L, 7L, 8L, 20L, 21L, 22L);
    assertThat(batch.overlaps()).isFalse();
  }

  @Test
  void has_the_chunks_of_a_run_that_another_lies_in() {
    MergeBatch batch = new MergeBatch(List.of(run(6, 1), run(5, 4), run(11, 1)));

    assertThat(chunksIn(batch)).containsExactly(5L, 6L, 7L, 8L, 11L);
    assertThat(batch.overlaps()).isTrue();
  }

  /** The kernel's rule for a damaged COW device; with two threads, the newer may come last. */
  @Test
  void of_two_exceptions_for_a_chunk_in_one_batch_the_older_is_what_remains() throws Exception {
    List<long[]> records = new ArrayList<>();
    for (int i = 0; i < CHUNKS; i++) {
      records.add(new long[] {i * 2, 2 + i});
    }
    for (int i = 0; i < CHUNKS; i++) {
      records.add(new long[] {i * 2, 2 + CHUNKS + i});
    }
    store(records);

    merge();

    assertThat(failure).isNull();
    for (int i = 0; i < CHUNKS; i++) {
      assertThat(bench.image.content(i * 2 * CHUNK, CHUNK)).isEqualTo(Bench.bytes(CHUNK, 2 + i));
    }
  }

  @ParameterizedTest(name = "chunk {0}")
  @ValueSource(ints = {0, CHUNKS - 1})
  void one_that_cannot_be_copied_whole_is_not_forgotten(int chunk) throws Exception {
    List<long[]> records = new ArrayList<>();
    for (int i = 0; i < CHUNKS; i++) {
      records.add(new long[] {i * 2, 2 + i});
    }
    store(records);
    byte[] before = cow.content();
    bench.image.breakRange(chunk * 2 * CHUNK, chunk * 2 * CHUNK + 1);

    SnapshotMerge merge = merge();

    assertThat(failure).contains("broken");
    assertThat(merge.status()).isEqualTo("Merge failed");
    assertThat(cow.content()).isEqualTo(before);
  }

  @Test
  void grows_while_it_is_brief_and_shrinks_when_others_wait_for_it_too_long() {
    BatchSize size = new BatchSize(CHUNK_SIZE, 32 << 20);
    assertThat(size.chunks()).isEqualTo(4096);

    size.took(TimeUnit.MILLISECONDS.toNanos(1));
    size.took(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(size.chunks()).isEqualTo(8192);

    size.took(TimeUnit.MILLISECONDS.toNanos(200));
    assertThat(size.chunks()).isEqualTo(8192);

    for (int i = 0; i < 20; i++) {
      size.took(TimeUnit.SECONDS.toNanos(1));
    }
    assertThat(size.chunks()).isEqualTo(1024); // or a slow flush would make it ever slower
  }

  @Test
  void is_one_chunk_at_least_however_large_that_is() {
    assertThat(new BatchSize(new ChunkSize(ChunkSize.MAX_SECTORS), 1).chunks()).isEqualTo(1);
  }

  private static MergeRun run(long oldFirst, long count) {
    return new MergeRun(oldFirst, new ChunkRun(100 + oldFirst, count));
  }

  private static List<Long> chunksIn(MergeBatch batch) {
    List<Long> found = new ArrayList<>();
    for (long chunk = 0; chunk < 30; chunk++) {
      if (batch.contains(chunk)) {
        found.add(chunk);
      }
    }
    return found;
  }

  /** Puts a store in area 0 of the COW device; chunk N there has the bytes of seed N. */
  private void store(List<long[]> records) {
    ByteBuffer head = ByteBuffer.allocate(2 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(0x70416e53).putInt(1).putInt(1).putInt(8).position(CHUNK);
    for (long[] record : records) {
      head.putLong(record[0]).putLong(record[1]);
      cow.put(record[1] * CHUNK, Bench.bytes(CHUNK, record[1]));
    }
    cow.put(0, head.array());
  }

  private SnapshotMerge merge() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    bench.origin.remove(snapshot);
    SnapshotMerge merge =
        new SnapshotMerge(
            bench.origin,
            snapshot,
            new MergeListener() {
              @Override
              public void finished(SnapshotMerge merge) {}

              @Override
              public void failed(SnapshotMerge merge, String reason) {
                failure = reason;
              }
            });
    merge.start();
    merge.join();
    return merge;
  }
}
