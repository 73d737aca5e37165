package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.block.VolatileDirectory.Loss;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.stream.RbdDiff;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power cuts while a stream is received, and while what a volume reads as is given a number or
 * loses it: before each change to the disk, with any of what is not synced lost.
 */
class ReceivePowerCutTest {

  private static final int SEEDS = 6;

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", SEEDS);
  }

  /** Work that is cut. */
  private interface Work {
    void run() throws IOException;
  }

  /** What a power cut before each of the changes that {@code work} makes would leave. */
  private static List<VolatileDirectory> cuts(VolatileDirectory disk, Random random, Work work)
      throws IOException {
    List<VolatileDirectory> left = new ArrayList<>();
    disk.watch(
        change -> {
          for (Loss loss : new Loss[] {Loss.EVERYTHING, Loss.NOTHING, Loss.SOME, Loss.SOME}) {
            left.add(disk.cut(loss, random));
          }
        });
    work.run();
    disk.watch(change -> {});
    for (Loss loss : Loss.values()) {
      left.add(disk.cut(loss, random));
    }
    return left;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_whole_volume_is_there_or_is_not(long seed) throws IOException {
    Random random = new Random(seed);
    StreamDisk pool = StreamDisk.of(random);
    byte[] stream = pool.whole();

    List<VolatileDirectory> cuts = cuts(pool.disk, random, () -> pool.receive("new", stream));

    int there = 0;
    for (VolatileDirectory left : cuts) {
      there += isThere(pool.on(left), pool.monday, "new.img") ? 1 : 0;
    }
    assertThat(there).isBetween(Loss.values().length, cuts.size() - 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void an_increment_is_there_or_is_not(long seed) throws IOException {
    Random random = new Random(seed);
    StreamDisk pool = StreamDisk.of(random);
    byte[] stream = pool.increment(random);
    byte[] tuesday = RbdDiff.read(stream).over(pool.monday);

    List<VolatileDirectory> cuts = cuts(pool.disk, random, () -> pool.receive("new", stream));

    int there = 0;
    for (VolatileDirectory left : cuts) {
      there += isThere(pool.on(left), tuesday, "new.cow") ? 1 : 0;
    }
    assertThat(there).isBetween(Loss.values().length, cuts.size() - 1);
  }

  /** Whether the new volume is there, and then is {@code expected}; no file of it is, if not. */
  private static boolean isThere(StreamDisk pool, byte[] expected, String file) throws IOException {
    assertThat(pool.read("monday")).isEqualTo(pool.monday);
    boolean there = pool.pool().device("new") != null;
    if (there) {
      assertThat(pool.read("new")).isEqualTo(expected);
      pool.write("monday", 0, 1);
      assertThat(pool.read("new")).isEqualTo(expected);
      assertThat(pool.disk.list()).contains(file);
    }
    assertThat(pool.disk.list()).noneMatch(name -> name.endsWith(".new"));
    assertThat(pool.disk.list().contains(file)).isEqualTo(there);
    pool.pool().close();
    return there;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_bears_a_number_reads_as_it_did_when_it_got_it(long seed) throws IOException {
    Random random = new Random(seed);
    StreamDisk pool = StreamDisk.of(random);

    List<VolatileDirectory> cuts =
        cuts(
            pool.disk,
            random,
            () -> {
              pool.write("monday", 512, 1);
              pool.pool().streams().name("monday");
              pool.write("monday", 1024, 2);
            });

    for (VolatileDirectory left : cuts) {
      StreamDisk again = pool.on(left);
      Identity identity = again.pool().report("monday").identity();
      byte[] now = again.read("monday");
      if (identity.content().equals(StreamDisk.MONDAY)) {
        assertThat(now).isEqualTo(pool.monday);
      } else if (identity.named()) {
        assertThat(now[512]).isEqualTo((byte) 1);
        assertThat(now[1024]).isEqualTo(pool.monday[1024]);
      }
      again.pool().close();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_reset_snapshot_does_not_bear_the_number_of_what_it_was(long seed) throws IOException {
    assertNumbersAreTrue(seed, "snap", pool -> pool.pool().reset("snap"));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_merges_hands_its_number_on(long seed) throws IOException {
    assertNumbersAreTrue(
        seed,
        "monday",
        pool -> {
          pool.pool().merge("snap", false);
          pool.pool().close();
        });
  }

  /** Something that is done with a pool. */
  private interface Change {
    void make(StreamDisk pool) throws IOException;
  }

  /** Whatever bears a number of before {@code change} reads as what bore it then. */
  private static void assertNumbersAreTrue(long seed, String changed, Change change)
      throws IOException {
    Random random = new Random(seed);
    StreamDisk pool = StreamDisk.of(random);
    pool.snapshot("snap");
    pool.write("snap", 8192, 3);
    pool.write("monday", 0, 4);
    pool.pool().streams().name("snap");
    pool.pool().streams().name("monday");
    Map<String, byte[]> contents = new HashMap<>();
    for (String name : List.of("snap", "monday")) {
      contents.put(pool.pool().report(name).identity().content(), pool.read(name));
    }

    List<VolatileDirectory> cuts = cuts(pool.disk, random, () -> change.make(pool));

    int told = 0;
    for (VolatileDirectory left : cuts) {
      StreamDisk again = pool.on(left);
      byte[] said = contents.get(again.pool().report(changed).identity().content());
      if (said != null) {
        told++;
        assertThat(again.read(changed)).isEqualTo(said);
      }
      again.pool().close();
    }
    assertThat(told).isPositive();
  }

  @Test
  void a_base_that_is_written_to_while_its_increment_is_made_durable_is_refused()
      throws IOException {
    StreamDisk pool = StreamDisk.of(new Random(1));
    pool.pool().create("plain", StreamDisk.BYTES);
    byte[] named = RbdDiff.between("monday", "t", StreamDisk.BYTES).data(0, new byte[700]).end();
    byte[] unnamed = RbdDiff.between("plain", "t", StreamDisk.BYTES).data(0, new byte[700]).end();
    assertRefusedIfWritten(pool, "monday", named);
    assertRefusedIfWritten(pool, "plain", unnamed);
  }

  private static void assertRefusedIfWritten(StreamDisk pool, String base, byte[] stream)
      throws IOException {
    boolean[] written = {false};
    pool.disk.watch(
        change -> {
          if (!written[0] && change.equals("sync of the directory")) {
            written[0] = true;
            pool.write(base, 0, 1);
          }
        });

    assertThatThrownBy(() -> pool.receive("new", stream))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("written to");

    pool.disk.watch(change -> {});
    assertThat(written[0]).isTrue();
    assertThat(pool.disk.list()).noneMatch(file -> file.contains("new"));
  }
}
