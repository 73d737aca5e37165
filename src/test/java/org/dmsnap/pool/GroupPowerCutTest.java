package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.block.VolatileDirectory.Loss;
import org.dmsnap.engine.StallListener;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The power is cut before every change to the disk while several origins have snapshots taken or
 * reset in one moment, and are written to before and after: of each group there is all, or nothing.
 */
class GroupPowerCutTest extends PoolFixture {

  private static final int CHUNK = 8192;
  private static final int CHUNKS = 4;
  private static final List<String> ORIGINS = List.of("a", "b", "c");
  private static final Figures FIGURES = new Figures(GroupPowerCutTest.class);

  private final VolatileDirectory disk = new VolatileDirectory();
  private final List<Left> cuts = new ArrayList<>();
  private boolean returned;

  /** What a power cut has left, before which change, and whether the command had returned. */
  private record Left(VolatileDirectory disk, String before, Loss loss, boolean returned) {}

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 2);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void all_are_taken_or_none(long seed) throws Exception {
    prepare();

    cutBeforeEachChange(new Random(seed), () -> pool.snapshot(requests()));

    assertAllOrNone(0, 2);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void all_are_reset_or_none(long seed) throws Exception {
    prepare();
    pool.snapshot(requests());
    write(2);

    cutBeforeEachChange(new Random(seed), () -> pool.reset("a1", "b1", "c1"));

    assertAllOrNone(1, 3);
  }

  /** What is cut. */
  private interface Command {
    void run() throws IOException;
  }

  private void prepare() throws IOException {
    mount(disk);
    for (String origin : ORIGINS) {
      pool.create(origin, CHUNKS * CHUNK);
    }
    write(1);
    pool.commit();
  }

  private static SnapshotRequest[] requests() {
    return ORIGINS.stream()
        .map(
            origin ->
                new SnapshotRequest(
                    origin + "1", origin, 16L * CHUNK, ExceptionStoreType.of("P"), 16, Set.of()))
        .toArray(SnapshotRequest[]::new);
  }

  private void mount(VolatileDirectory on) throws IOException {
    pool = Pool.open(on, PoolOptions.DEFAULT, log, StallListener.NONE);
  }

  /** Writes that value to a chunk of each origin, and more than it to the others. */
  private void write(int value) throws IOException {
    for (String origin : ORIGINS) {
      write(origin, 0, value, CHUNK);
      write(origin, CHUNK, 10 + value, (CHUNKS - 1) * CHUNK);
    }
  }

  private void cutBeforeEachChange(Random random, Command command) throws IOException {
    int before = read("a", 0, 1)[0];
    write(before + 1);
    disk.watch(change -> cut(change, random));
    command.run();
    returned = true;
    write(before + 2);
    for (String origin : ORIGINS) {
      device(origin).flush();
    }
    disk.watch(change -> {});
    pool.close();
  }

  private void cut(String change, Random random) {
    for (Loss loss : Loss.values()) {
      cuts.add(new Left(disk.cut(loss, random), change, loss, returned));
    }
  }

  /**
   * @param none what all hold if the command has not happened; 0 if they are not there
   * @param all what all hold if it has
   */
  private void assertAllOrNone(int none, int all) throws IOException {
    for (Left left : cuts) {
      mount(left.disk());
      List<Integer> held = held();
      write(9); // it does not change any
      assertThat(held())
          .as("%s, then cut before %s, losing %s", left.returned(), left.before(), left.loss())
          .isEqualTo(held)
          .isIn(
              left.returned() ? List.of(all, all, all) : List.of(none, none, none),
              List.of(all, all, all));
      assertThat(left.disk().list()).noneMatch(file -> file.startsWith("."));
      pool.close();
      FIGURES.count("cuts");
    }
  }

  private List<Integer> held() throws IOException {
    List<Integer> held = new ArrayList<>();
    for (String origin : ORIGINS) {
      boolean there = pool.device(origin + "1") != null;
      held.add(there ? held(origin + "1") : 0);
    }
    return held;
  }

  /** The value of the first chunk, if the others are of the same moment; else a negative number. */
  private int held(String snapshot) throws IOException {
    byte[] bytes = read(snapshot, 0, CHUNKS * CHUNK);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != bytes[0] + (i < CHUNK ? 0 : 10)) {
        return -i;
      }
    }
    return bytes[0];
  }
}
