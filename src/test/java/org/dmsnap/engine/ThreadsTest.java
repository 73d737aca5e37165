package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many threads on the same chunks: each owns bytes that nobody else touches, interleaved with those
 * of the others far more finely than chunks are, so every chunk is everybody's.
 */
class ThreadsTest {

  private static final int THREADS = 6;
  private static final int STEPS = 1500;
  private static final int SNAPSHOT_STEPS = 25;

  /** Bytes that one thread owns at a time; the others' follow. */
  private static final int STRIP = 700;

  private static final int STRIPS = 900;

  /** Bytes in a COW device: all of the origin, in chunks of any size here, and the metadata. */
  private static final int COW_BYTES = 1 << 20;

  /** A snapshot, and what the origin held when it was taken. */
  private record Taken(Snapshot snapshot, byte[] then) {}

  private final Bench bench = Bench.ofSize(STRIP * STRIPS / 512 * 512);
  private final List<Snapshot> written = new ArrayList<>();
  private final List<Snapshot> untouched = new ArrayList<>();

  /** What origin and each written snapshot should hold; every thread changes its own bytes. */
  private final List<byte[]> models = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, 16);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void snapshots_never_change(long seed) throws Exception {
    prepare();
    run(seed);

    for (Snapshot snapshot : untouched) {
      assertThat(Io.read(snapshot)).isEqualTo(bench.before);
      snapshot.flush();
      assertThat(Io.read(reopened(snapshot))).isEqualTo(bench.before);
    }
    for (int i = 0; i < written.size(); i++) {
      assertThat(Io.read(written.get(i))).isEqualTo(models.get(i + 1));
      written.get(i).flush();
      assertThat(Io.read(reopened(written.get(i)))).isEqualTo(models.get(i + 1));
    }
    assertThat(Io.read(bench.volume)).isEqualTo(models.get(0));
    assertThat(bench.events.all()).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    bench.origin.image().close(); // else its drain keeps all these devices in memory for a while
  }

  private void prepare() throws IOException {
    models.add(bench.before.clone());
    for (int chunkSectors : new int[] {1, 8, 64}) {
      untouched.add(bench.snapshot(new RamDevice(COW_BYTES), "P", chunkSectors));
      written.add(bench.snapshot(new RamDevice(COW_BYTES), "P", chunkSectors));
      models.add(bench.before.clone());
    }
  }

  private void run(long seed) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int owner = 0; owner < THREADS; owner++) {
        int mine = owner;
        Random random = new Random(seed * THREADS + owner);
        running.add(threads.submit(() -> work(mine, random)));
      }
      running.add(threads.submit(() -> comeAndGo(new Random(seed))));
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Writes and reads what is its own, in the origin and in snapshots. */
  private Void work(int owner, Random random) throws IOException {
    for (int step = 0; step < STEPS; step++) {
      int strip = owner + THREADS * random.nextInt(STRIPS / THREADS - 1);
      int from = strip * STRIP + random.nextInt(STRIP / 2);
      int length = 1 + random.nextInt((strip + 1) * STRIP - from);
      int which = random.nextInt(models.size());
      Target target = which == 0 ? bench.volume : written.get(which - 1);
      if (random.nextInt(10) == 0) {
        flush(target);
      } else if (random.nextInt(3) == 0) {
        read(target, from, Arrays.copyOfRange(models.get(which), from, from + length));
        Snapshot same = untouched.get(random.nextInt(untouched.size()));
        read(same, from, Arrays.copyOfRange(bench.before, from, from + length));
      } else {
        byte[] bytes = Bench.bytes(length, random.nextLong());
        write(target, from, bytes);
        System.arraycopy(bytes, 0, models.get(which), from, length);
      }
    }
    return null;
  }

  /** Takes snapshots amid all this, looks at them again later, and removes them. */
  private Void comeAndGo(Random random) throws Exception {
    for (int step = 0; step < SNAPSHOT_STEPS; step++) {
      String type = step % 2 == 0 ? "P" : "N";
      Taken taken = alone(() -> take(type));
      for (int reads = 0; reads < 20; reads++) {
        int from = random.nextInt(taken.then().length - 30_000);
        read(taken.snapshot(), from, Arrays.copyOfRange(taken.then(), from, from + 30_000));
      }
      alone(() -> remove(taken.snapshot()));
    }
    return null;
  }

  private Taken take(String type) throws IOException {
    Snapshot snapshot = bench.snapshot(new RamDevice(COW_BYTES), type, 16);
    return new Taken(snapshot, bench.image.content());
  }

  private Void remove(Snapshot snapshot) {
    bench.origin.remove(snapshot);
    return null;
  }

  /** Changes the structure, all requests being held; a failure must not hold them for ever. */
  private <T> T alone(Callable<T> change) throws Exception {
    Gate gate = bench.origin.gate();
    long changes = gate.holdChanges();
    try {
      long views = gate.holdViews();
      try {
        return change.call();
      } finally {
        gate.releaseViews(views);
      }
    } finally {
      gate.release(changes);
    }
  }

  private void write(Target target, int position, byte[] bytes) throws IOException {
    long stamp = bench.origin.gate().enterChange();
    try {
      Io.write(target, position, bytes);
    } finally {
      bench.origin.gate().leaveChange(stamp);
    }
  }

  private void read(Target target, int position, byte[] expected) throws IOException {
    long stamp = bench.origin.gate().enterView();
    try {
      assertThat(Io.read(target, position, expected.length)).isEqualTo(expected);
    } finally {
      bench.origin.gate().leaveView(stamp);
    }
  }

  private void flush(Target target) throws IOException {
    long stamp = bench.origin.gate().enterView();
    try {
      target.flush();
    } finally {
      bench.origin.gate().leaveView(stamp);
    }
  }

  private Snapshot reopened(Snapshot snapshot) throws IOException {
    return bench.reopen(snapshot, "P");
  }
}
