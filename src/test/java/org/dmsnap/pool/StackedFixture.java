package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.state.PoolOptions;

/** A pool in which snapshots read through one another, chunk by chunk. */
abstract class StackedFixture extends PoolFixture {

  static final int CHUNK = 8192;
  static final PoolOptions STACK = PoolOptions.DEFAULT.stacked();
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** With snapshots that are not extended, and become Invalid where they are full. */
  static PoolOptions notExtended(OverflowPolicy overflow) {
    return new PoolOptions(false, false, 100, 20, overflow).stacked();
  }

  /** Base, and three snapshots of it, each before another chunk of it is overwritten. */
  final void openWithThree() throws IOException {
    open(STACK);
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
    snapshot("s1", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    snapshot("s2", "base", MIB, "P");
    write("base", CHUNK, 3, CHUNK);
    snapshot("s3", "base", MIB, "P");
    write("base", 2 * CHUNK, 4, CHUNK);
  }

  final void reopenStacked() throws IOException {
    pool.close();
    open(STACK);
  }

  static void refuses(Errno errno, ThrowingCallable call, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContaining(words);
  }

  static void isRefused(ThrowingCallable call, String words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  final void assertBytes(String name, int... values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      assertThat(read(name, (long) i * CHUNK, CHUNK))
          .as("%s, chunk %s", name, i)
          .containsOnly(values[i]);
    }
  }

  final void assertStatus(String device, String parameters) {
    assertThat(device(device).status()).as(device).isEqualTo("0 2048 " + parameters);
  }

  final void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s; log: %s", what, logged()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  final void awaitGone(String... names) {
    List<String> gone = List.of(names);
    await(
        () -> pool.volumes().stream().noneMatch(volume -> gone.contains(volume.name())),
        "the end of " + gone);
  }

  final void awaitLine(String device, String line) {
    await(() -> device(device).table().equals(line), line);
  }

  /** Overwrites chunks of base on a thread of its own, until it is closed. */
  final class BaseWriter implements AutoCloseable {
    private final AtomicBoolean enough = new AtomicBoolean();
    private final CompletableFuture<Void> writing = CompletableFuture.runAsync(this::write);

    private void write() {
      Random random = new Random(1);
      try {
        while (!enough.get()) {
          long chunk = random.nextInt(MIB / CHUNK);
          StackedFixture.this.write("base", chunk * CHUNK, random.nextInt(), CHUNK);
        }
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
    }

    /** It goes on: nothing has failed. */
    void check() {
      assertThat(writing).isNotDone();
    }

    @Override
    public void close() {
      enough.set(true);
      writing.join();
    }
  }
}
