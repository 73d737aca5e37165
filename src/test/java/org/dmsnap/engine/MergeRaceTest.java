package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.junit.jupiter.api.Test;

/** A merge and what comes between, at chosen moments. */
class MergeRaceTest {

  private static final int CHUNK = 4096;

  private final Bench bench = Bench.create();
  private final Bench full = Bench.refusing();

  @Test
  void a_write_under_way_when_its_chunk_is_about_to_be_merged_is_waited_for() throws Exception {
    RamDevice cow = Bench.cow(16);
    SnapshotMerge merge = merge(bench, cow, 0, 1);
    AtomicBoolean written = new AtomicBoolean();
    bench.image.onEach((operation, at, length) -> written.set(operation == Operation.WRITE));
    AtomicBoolean armed = new AtomicBoolean(true);
    cow.onEach(
        (operation, at, length) -> {
          if (operation == Operation.WRITE && armed.getAndSet(false)) {
            merge.start();
            while (!waits() && !written.get()) {
              Thread.onSpinWait();
            }
          }
        });

    Io.write(merge, 0, Bench.bytes(CHUNK, 2));
    merge.join();

    assertThat(bench.image.content(0, CHUNK)).isEqualTo(Bench.bytes(CHUNK, 2));
    assertThat(merge.status()).isEqualTo("16/128 16");
  }

  @Test
  void a_full_sibling_becomes_invalid_and_the_merge_goes_on_also_where_writes_are_refused()
      throws Exception {
    SnapshotMerge merge = merge(full, Bench.cow(16), 0, 1);
    Snapshot sibling = full.snapshot(Bench.cow(2), "P", 8);

    FullSnapshotTest.fails(Errno.ENOSPC, () -> Io.write(merge, 8 * CHUNK, Bench.bytes(CHUNK, 3)));
    assertThat(sibling.status()).isEqualTo("16/16 16");
    merge.start();
    merge.join();

    assertThat(sibling.status()).isEqualTo("Invalid");
    assertThat(merge.status()).isEqualTo("16/128 16");
    assertThat(full.image.content(0, CHUNK)).isEqualTo(Bench.bytes(CHUNK, 1));
  }

  /** A merge, not yet started, of a snapshot whose one chunk was written. */
  private static SnapshotMerge merge(Bench bench, RamDevice cow, long position, long seed)
      throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, position, Bench.bytes(CHUNK, seed));
    snapshot.flush();
    bench.origin.remove(snapshot);
    MergeListener nobody =
        new MergeListener() {
          @Override
          public void finished(SnapshotMerge merge) {}

          @Override
          public void failed(SnapshotMerge merge, String reason) {
            throw new AssertionError(reason);
          }
        };
    return new SnapshotMerge(bench.origin, snapshot, nobody);
  }

  private static boolean waits() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().equals("dmsnap-merge")
                    && thread.getState() == Thread.State.WAITING);
  }
}
