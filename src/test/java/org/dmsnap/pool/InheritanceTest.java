package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HeldDescriptors;
import org.dmsnap.block.SharedMemory;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server leaves that is in no file of its pool, each by itself. */
class InheritanceTest extends PoolFixture {

  private static final int CHUNK = 8192;

  private VolatileDirectory disk = new VolatileDirectory();
  private HeldDescriptors held = new HeldDescriptors();

  @BeforeEach
  void begin() throws IOException {
    openHere();
    pool.create("base", MIB);
    write("base", 0, 1, MIB);
  }

  @AfterEach
  void end() {
    held.close();
  }

  private void openHere() throws IOException {
    pool = Pool.load(disk, PoolOptions.DEFAULT, log, StallListener.NONE, held);
    pool.begin();
  }

  /** Leaves the disk and the memory as a server that is killed now does. */
  private void kill() throws IOException {
    VolatileDirectory left = disk.killed();
    HeldDescriptors copy = held.copy();
    disk.watch(change -> {});
    try {
      pool.close(); // of whom nothing is heard any more
    } catch (ErrnoException lost) {
      assertThat(lost.errno()).isEqualTo(Errno.EIO);
    }
    held.close();
    disk = left;
    held = copy;
    pool = null;
  }

  private void killAndSucceed() throws IOException {
    kill();
    openHere();
  }

  @Test
  void data_that_waits_is_read_and_reaches_the_image() throws IOException {
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, 3 * CHUNK);

    killAndSucceed();

    assertThat(read("base", 0, 3 * CHUNK)).containsOnly(2);
    assertThat(read("base-real", 3 * CHUNK, CHUNK)).containsOnly(1);
    assertThat(read("snap", 0, 4 * CHUNK)).containsOnly(1);
    device("base").flush();
    pool.close();
    openHere();
    assertThat(read("base", 0, 3 * CHUNK)).containsOnly(2);
    assertThat(read("snap", 0, 4 * CHUNK)).containsOnly(1);
  }

  @Test
  void a_transient_snapshot_lives_on_as_often_as_its_server_dies() throws IOException {
    snapshot("t", "base", MIB, "N");
    write("t", 0, 3, CHUNK);
    write("base", 0, 2, 3 * CHUNK);

    for (int n = 0; n < 3; n++) {
      killAndSucceed();

      assertThat(read("t", 0, CHUNK)).containsOnly(3);
      assertThat(read("t", CHUNK, 3 * CHUNK)).containsOnly(1);
      assertThat(read("base", 0, 3 * CHUNK)).containsOnly(2);
      write("t", 4 * CHUNK, 1, CHUNK);
    }
    assertThat(device("t").table()).isEqualTo("0 2048 snapshot base-real t-cow N 16");
    assertThat(device("t").status()).isEqualTo("0 2048 snapshot 64/2048 0");
    pool.remove("t");
    assertThat(held.kept()).containsOnlyKeys("volumes");
  }

  @Test
  void a_transient_snapshot_that_was_reset_is_the_new_one() throws IOException {
    snapshot("t", "base", MIB, "N");
    write("t", 0, 3, CHUNK);
    pool.reset("t");
    write("base", 0, 2, CHUNK);

    killAndSucceed();

    assertThat(read("t", 0, CHUNK)).containsOnly(1);
    assertThat(device("t").status()).isEqualTo("0 2048 snapshot 16/2048 0");
    assertThat(held.kept()).hasSize(2);
  }

  @Test
  void a_transient_snapshot_that_is_invalid_stays_so() throws IOException {
    snapshot("t", "base", 3L * CHUNK, "N");
    pool.close();
    openHere();
    snapshot("t", "base", 3L * CHUNK, "N");
    write("base", 0, 2, MIB);
    boolean invalid = device("t").status().endsWith("Invalid");

    killAndSucceed();

    assertThat(device("t").status().endsWith("Invalid")).isEqualTo(invalid);
  }

  @Test
  void what_was_suspended_is_held_until_it_is_resumed() throws IOException {
    snapshot("snap", "base", MIB, "P");
    pool.suspend("base");

    killAndSucceed();

    assertThatThrownBy(() -> pool.suspend("base")).hasMessageContaining("suspended already");
    pool.resume("base");
    killAndSucceed();
    assertThatThrownBy(() -> pool.resume("base")).hasMessageContaining("not suspended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "snap"})
  void a_failed_sync_is_remembered(String name) throws IOException {
    snapshot("snap", "base", MIB, "P");
    write(name, 0, 2, CHUNK);
    String file = name.equals("base") ? "base.img" : "snap.cow";
    disk.watch(
        change -> {
          if (change.startsWith("sync ") && change.contains(file)) {
            throw new ErrnoException(Errno.EIO, "was to fail");
          }
        });
    assertThatThrownBy(() -> device(name).flush()).hasMessageContaining("was to fail");

    killAndSucceed();

    assertThatThrownBy(() -> device(name).flush())
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO))
        .hasMessageContaining("was to fail");
    assertThat(read(name, 0, CHUNK)).containsOnly(2);
    assertThatThrownBy(pool::close).isInstanceOf(ErrnoException.class);
    pool = null;
  }

  @Test
  void times_are_those_that_were_shown_and_a_change_is_later() throws IOException {
    snapshot("snap", "base", MIB, "P");
    write("snap", 0, 2, CHUNK);
    write("base", 0, 2, CHUNK);
    long base = device("base").changedNanos();
    long snap = device("snap").changedNanos();
    long cow = device("snap-cow").changedNanos();

    killAndSucceed();

    assertThat(device("base").changedNanos()).isEqualTo(base);
    assertThat(device("snap").changedNanos()).isEqualTo(snap);
    assertThat(device("snap-cow").changedNanos()).isGreaterThanOrEqualTo(cow);
    write("base", 0, 3, CHUNK);
    assertThat(device("base").changedNanos()).isGreaterThan(base);
  }

  @Test
  void a_clean_stop_leaves_nothing() throws IOException {
    snapshot("t", "base", MIB, "N");
    pool.close();

    assertThat(held.kept()).isEmpty();
  }

  @Test
  void what_waits_for_an_origin_whose_snapshot_cannot_be_loaded_is_not_written()
      throws IOException {
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    kill();
    disk.delete("snap.cow");

    assertThatThrownBy(this::openHere)
        .hasMessageContaining("what was acknowledged to base and not written yet cannot be")
        .hasMessageContaining("snap");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void damaged_memory_is_read_or_refused_in_words(long seed) throws IOException {
    snapshot("snap", "base", MIB, "P");
    snapshot("t", "base", MIB, "N");
    snapshot("above", "snap", MIB, "P");
    for (String name : new String[] {"base", "snap", "above", "t"}) {
      write(name, 0, 2, 4 * CHUNK);
    }
    kill();
    Random random = new Random(seed);
    HeldDescriptors intact = held;
    VolatileDirectory before = disk;
    for (int n = 0; n < 30; n++) {
      disk = before.killed();
      held = intact.copy();
      damage(held, random);
      openIfItCanBe();
      held.close();
    }
    held = intact;
    disk = before;
  }

  private void openIfItCanBe() throws IOException {
    try {
      openHere();
      read("base", 0, MIB);
    } catch (ErrnoException inWords) {
      assertThat(inWords.getMessage()).isNotEmpty();
    }
    if (pool != null) {
      try {
        pool.close();
      } catch (ErrnoException lost) {
        assertThat(lost.errno()).isEqualTo(Errno.EIO);
      }
      pool = null;
    }
  }

  /** Changes some words that are not zero, or the word beside one. */
  private static void damage(HeldDescriptors held, Random random) throws IOException {
    SharedMemory memory = SharedMemory.of(held, "volumes", 1, 0);
    long volumes = 4096;
    long exceptions = volumes + (1 << 14) * 1024L;
    long notes = exceptions + (1 << 20) * 32L;
    List<Long> places = new ArrayList<>();
    for (long table : new long[] {0, volumes, exceptions, notes}) {
      for (long at = table; at < table + 4096; at += 8) {
        if (memory.get(at) != 0) {
          places.add(at);
        }
      }
    }
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      long at = places.get(random.nextInt(places.size())) + 8L * random.nextInt(2);
      long[] values = {random.nextLong(), -1, Long.MAX_VALUE, random.nextInt(1000), 1L << 40};
      memory.put(at, values[random.nextInt(values.length)]);
    }
    memory.close();
  }
}
