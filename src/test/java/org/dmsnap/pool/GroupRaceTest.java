package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Writers count on one origin and then, once that has returned, on the next, and so on, under a
 * load of others: no group of snapshots ever sees the second ahead of the first, nor more than one
 * behind. {@code -Ddmsnap.groups=N} takes so many groups.
 */
class GroupRaceTest {

  private static final int GROUPS = Integer.getInteger("dmsnap.groups", 200);
  private static final List<String> ORIGINS = List.of("a", "b", "c");
  private static final int COUNTERS = 3; // each has a writer and a sector of its own
  private static final int SECTORS = 4096;
  private static final int FIRST_OF_LOAD = 256;
  private static final int SECONDS_TO_END = 60;

  private final Figures figures = new Figures(getClass());
  private final EventLog log = new EventLog();
  private Path directory;
  private Pool pool;
  private volatile boolean stop;

  @BeforeEach
  void open() throws IOException {
    Path memory = Path.of("/dev/shm"); // where a sync takes no time, more happens
    directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "dmsnap-groups")
            : Files.createTempDirectory("dmsnap-groups");
    pool =
        Pool.open(
            FileDirectory.lock(directory, false), PoolOptions.DEFAULT, log, StallListener.NONE);
    for (String origin : ORIGINS) {
      pool.create(origin, SECTORS * 512L);
    }
  }

  @AfterEach
  void delete() throws IOException {
    pool.close();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Test
  void what_was_written_after_another_is_never_seen_without_it() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> all = new ArrayList<>();
    for (int counter = 0; counter < COUNTERS; counter++) {
      int mine = counter;
      all.add(threads.submit(() -> count(mine)));
    }
    for (String origin : ORIGINS) {
      all.add(threads.submit(() -> load(origin)));
    }
    try {
      takeGroups(all);
    } finally {
      stop = true;
      threads.shutdown();
    }
    for (Future<?> thread : all) {
      thread.get(SECONDS_TO_END, TimeUnit.SECONDS);
    }
    figures.print();
  }

  private void takeGroups(List<Future<?>> all) throws IOException {
    for (int group = 0; group < GROUPS; group++) {
      if (group % 2 == 0) {
        pool.snapshot(requests());
        figures.count("groups of snapshots");
      } else {
        pool.reset(ORIGINS.stream().map(GroupRaceTest::snapshotOf).toArray(String[]::new));
        figures.count("groups of resets");
      }
      for (int counter = 0; counter < COUNTERS; counter++) {
        compare(group, counter);
      }
      if (group % 2 == 1) {
        for (String origin : ORIGINS) {
          pool.remove(snapshotOf(origin));
        }
      }
      assertThat(all).as("%s", log.events()).noneMatch(Future::isDone);
    }
  }

  private void compare(int group, int counter) throws IOException {
    long before = Long.MAX_VALUE;
    for (String origin : ORIGINS) {
      long seen = Stamps.read(device(snapshotOf(origin)), counter, 1)[0];
      if (before != Long.MAX_VALUE) {
        assertThat(seen)
            .as("group %d, counter %d: %s beside the one before", group, counter, origin)
            .isBetween(before - 1, before);
      }
      before = seen;
    }
  }

  private static String snapshotOf(String origin) {
    return origin + "1";
  }

  private static SnapshotRequest[] requests() {
    return ORIGINS.stream()
        .map(
            origin ->
                new SnapshotRequest(
                    snapshotOf(origin),
                    origin,
                    SECTORS * 512L,
                    ExceptionStoreType.of("P"),
                    8,
                    Set.of()))
        .toArray(SnapshotRequest[]::new);
  }

  private Void count(int counter) throws IOException {
    for (long count = 1; !stop; count++) {
      for (String origin : ORIGINS) {
        Stamps.write(device(origin), counter, new long[] {count});
      }
      figures.count("counts");
    }
    return null;
  }

  private Void load(String origin) throws IOException {
    Random random = new Random(origin.hashCode());
    long[] stamps = new long[16];
    while (!stop) {
      int first = FIRST_OF_LOAD + random.nextInt(SECTORS - FIRST_OF_LOAD - stamps.length);
      Stamps.write(device(origin), first, stamps);
      figures.count("writes beside them");
    }
    return null;
  }

  private Device device(String name) {
    Device device = pool.device(name);
    if (device == null) {
      throw new AssertionError("no " + name + "; log: " + log.events());
    }
    return device;
  }
}
