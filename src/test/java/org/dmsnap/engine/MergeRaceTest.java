package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.jspecify.annotations.Nullable;
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
    RamDevice siblingCow = Bench.cow(16);
    bench.snapshot(siblingCow, "P", 8);
    CountDownLatch writing = new CountDownLatch(1);
    AtomicBoolean copied = new AtomicBoolean();
    bench.image.onEach((operation, at, length) -> copied.compareAndSet(false, changes(operation)));
    cow.onEach(
        (operation, at, length) -> {
          if (changes(operation) && writing.getCount() > 0) { // the write, its lock held
            writing.countDown();
            while (!waits() && !copied.get()) {
              Thread.onSpinWait();
            }
          }
        });
    CompletableFuture<Void> write = new CompletableFuture<>();
    siblingCow.onEach(
        (operation, at, length) -> {
          if (operation == Operation.SYNC && !write.isDone() && writing.getCount() > 0) {
            write.completeAsync(() -> write(merge)); // after the copy-out, before the merge's look
            await(writing);
          }
        });

    merge.start();
    merge.join();
    write.join();

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

  private static boolean changes(Operation operation) {
    return operation == Operation.WRITE;
  }

  private static @Nullable Void write(SnapshotMerge merge) {
    try {
      Io.write(merge, 0, Bench.bytes(CHUNK, 2));
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the merge waits for the lock of a write, and not for something else. */
  private static boolean waits() {
    return Thread.getAllStackTraces().entrySet().stream()
        .anyMatch(
            thread ->
                thread.getKey().getName().equals("dmsnap-merge")
                    && Arrays.stream(thread.getValue())
                        .anyMatch(call -> call.getClassName().equals(ChunkLocks.class.getName())));
  }
}
