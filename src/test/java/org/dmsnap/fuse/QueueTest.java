package org.dmsnap.fuse;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is under way at one volume at the same time. */
@Timeout(120)
class QueueTest extends MountFixture {

  private static final int DEPTH = 8;
  private static final int BLOCK = 4096;

  @Test
  void what_one_task_has_under_way_comes_all_at_once() throws Exception {
    control("create", "base 1M");
    control("suspend", "base");
    Process queue =
        new ProcessBuilder(
                ("fio --name=queue --rw=write --bs=4k --size=64k --direct=1 --ioengine=libaio"
                        + " --iodepth="
                        + DEPTH
                        + " --filename="
                        + at("base"))
                    .split(" "))
            .redirectErrorStream(true)
            .start();

    await(() -> loop.size() >= DEPTH + options().threads());

    control("resume", "base");
    assertThat(queue.getInputStream().readAllBytes()).isNotEmpty();
    assertThat(queue.waitFor()).isZero();
  }

  @Test
  void direct_writes_to_one_volume_do_not_exclude_each_other_nor_opens() throws Exception {
    control("create", "base 1M");
    control("suspend", "base");
    ExecutorService writers = Executors.newFixedThreadPool(DEPTH);
    List<Future<?>> writes = new ArrayList<>();
    for (int i = 0; i < DEPTH; i++) {
      int block = i;
      writes.add(
          writers.submit(
              () -> {
                writeDirect(at("base"), block);
                return null;
              }));
    }

    await(() -> loop.size() >= DEPTH + options().threads());

    assertThat(read(at("base"), 0, BLOCK)).containsOnly(0);
    assertThat(writes).noneMatch(Future::isDone);
    control("resume", "base");
    for (Future<?> write : writes) {
      write.get();
    }
    writers.shutdown();
    for (int i = 0; i < DEPTH; i++) {
      assertThat(read(at("base"), (long) i * BLOCK, BLOCK)).containsOnly(i + 1);
    }
  }

  @Test
  void what_is_open_for_direct_io_can_be_mapped_and_written_by_others() throws Exception {
    control("create", "base 1M");
    Process mapper = // another process, since a map of its own would keep this one's mount there
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import mmap, os, sys
                direct = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
                mapped = mmap.mmap(direct, 4096)
                print(mapped[0], flush=True)
                sys.stdin.readline()
                print(mapped[0], flush=True)
                mapped[0] = 9
                mapped.flush()
                """,
                at("base").toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader said = mapper.inputReader();
    assertThat(said.readLine()).isEqualTo("0");

    writeDirect(at("base"), 0);
    mapper.outputWriter().append('\n').flush();

    assertThat(said.readLine()).isEqualTo("1");
    assertThat(mapper.waitFor()).isZero();
    assertThat(read(at("base"), 0, 1)).containsExactly(9);
  }

  private static void writeDirect(Path volume, int block) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK);
    while (bytes.hasRemaining()) {
      bytes.put((byte) (block + 1));
    }
    try (FileChannel channel = openDirect(volume)) {
      assertThat(channel.write(bytes.flip(), (long) block * BLOCK)).isEqualTo(BLOCK);
    }
  }

  private static FileChannel openDirect(Path volume) throws IOException {
    return FileChannel.open(
        volume, StandardOpenOption.READ, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
  }

  private static void await(BooleanSupplier condition) throws Exception {
    CompletableFuture.runAsync(
            () -> {
              while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
                Thread.yield();
              }
            })
        .get(60, SECONDS);
  }
}
