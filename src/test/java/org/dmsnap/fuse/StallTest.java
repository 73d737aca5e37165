package org.dmsnap.fuse;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StallTest extends MountFixture {

  /** One a volume: the kernel sends the writes to a file one after the other. */
  private static final int WRITES = 1000;

  private static final int SMALL_STACK = 128 << 10;

  @Test
  @Timeout(120)
  void a_thousand_held_writes_keep_nobody_else_out() throws Exception {
    control("create", "base 1M");
    control("create", "other 1M");
    for (int i = 0; i < WRITES; i++) {
      control("snapshot", "s" + i + " base 64K N");
    }
    control("suspend", "base");
    ExecutorService writers =
        Executors.newFixedThreadPool(WRITES, work -> new Thread(null, work, "writer", SMALL_STACK));
    List<Future<?>> writes = new ArrayList<>();
    for (int i = 0; i < WRITES; i++) {
      String name = "s" + i;
      writes.add(
          writers.submit(
              () -> {
                write(at(name), 512, bytes(name));
                return name;
              }));
    }
    CompletableFuture<Void> held =
        CompletableFuture.runAsync(
            () -> {
              while (loop.size() < WRITES + options().threads()) {
                LockSupport.parkNanos(MILLISECONDS.toNanos(1));
              }
            });
    held.get(60, SECONDS);

    write(at("other"), 0, bytes("served"));
    assertThat(read(at("other"), 0, 6)).isEqualTo(bytes("served"));
    assertThat(read(at("base"), 0, 6)).containsOnly(0);
    // another page: the kernel locks the one that a held write changes in part
    assertThat(read(at("s1"), 64 << 10, 2)).containsOnly(0);
    control("snapshot", "osnap other 64K");
    assertThat(writes).noneMatch(Future::isDone);

    control("resume", "base");
    for (int i = 0; i < WRITES; i++) {
      finished(writes.get(i));
      byte[] written = bytes("s" + i);
      assertThat(read(at("s" + i), 512, written.length)).isEqualTo(written);
    }
    writers.shutdown();

    while (loop.size() > options().threads()) { // who came for the wait leaves after it
      read(at("base"), 0, 1);
    }
  }

  private static void finished(Future<?> write) throws InterruptedException, ExecutionException {
    assertThat(write.get()).isNotNull();
  }
}
