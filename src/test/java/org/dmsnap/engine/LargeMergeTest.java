package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A merge of very many exceptions, none next to another, and the memory it takes. */
class LargeMergeTest {

  private static final int CHUNK = 512;
  private static final long STRIDE = 7919; // a prime: an order that no read-ahead foresees
  private static final long BATCHES_BYTES = 16 << 20;

  @TempDir private Path directory;
  private @Nullable String failure;
  private long most;

  @Test
  void many_scattered_exceptions_are_merged_in_little_memory() throws Exception {
    mergesInLittleMemory(100_000);
  }

  @Test
  @Tag("exhaustive")
  void a_million_scattered_exceptions_are_merged_in_little_memory() throws Exception {
    mergesInLittleMemory(1_000_000);
  }

  private void mergesInLittleMemory(int exceptions) throws Exception {
    long before = heap();
    try (BlockDevice image = measured(file("image", 2L * exceptions * CHUNK));
        BlockDevice cow = file("cow", (exceptions + exceptions / 16L) * CHUNK)) {
      Origin origin = new Origin(image, OverflowPolicy.INVALIDATE, StallListener.NONE);
      Snapshot snapshot =
          Snapshot.open(
              origin,
              CowFile.alone(cow),
              ExceptionStoreType.of("P"),
              1,
              Set.of(),
              new RecordedEvents());
      for (long i = 0; i < exceptions; i++) {
        Io.write(snapshot, chunk(i, exceptions) * CHUNK, content(chunk(i, exceptions)));
      }
      snapshot.flush();

      SnapshotMerge merge = new SnapshotMerge(origin, snapshot, listener());
      merge.start();
      merge.join();

      assertThat(failure).isNull();
      assertThat(merge.status()).startsWith("2/").endsWith(" 2");
      for (long chunk = 0; chunk < 2L * exceptions; chunk++) {
        byte[] expected = chunk % 2 == 0 ? content(chunk) : new byte[CHUNK];
        assertThat(Io.read(image, chunk * CHUNK, CHUNK)).isEqualTo(expected);
      }
    }
    long taken = most - before;
    System.out.printf("merging %,d exceptions took %,d bytes of heap%n", exceptions, taken);
    assertThat(taken).isLessThan(32L * exceptions + BATCHES_BYTES);
  }

  /** Every other chunk, in an order of its own. */
  private static long chunk(long i, int exceptions) {
    return i * STRIDE % exceptions * 2;
  }

  private static byte[] content(long chunk) {
    byte[] content = new byte[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      content[i] = (byte) (1 + chunk + i * (chunk >> Byte.SIZE));
    }
    return content;
  }

  private BlockDevice file(String name, long size) throws IOException {
    return FileDirectory.open(directory).create(name, size);
  }

  private MergeListener listener() {
    return new MergeListener() {
      @Override
      public void finished(SnapshotMerge merge) {}

      @Override
      public void failed(SnapshotMerge merge, String reason) {
        failure = reason;
      }
    };
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The device, but at each flush, which is in the middle of a batch, the heap is measured. */
  private BlockDevice measured(BlockDevice device) {
    return (BlockDevice)
        Proxy.newProxyInstance(
            BlockDevice.class.getClassLoader(),
            new Class<?>[] {BlockDevice.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("sync")) {
                most = Math.max(most, heap());
              }
              return method.invoke(device, arguments);
            });
  }
}
