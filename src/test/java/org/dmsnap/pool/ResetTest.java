package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot that is taken anew under its name. */
class ResetTest extends PoolFixture {

  private static final int CHUNK = 8192;

  @BeforeEach
  void createOrigin() throws IOException {
    open();
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "PO", "N"})
  void it_shows_its_origin_as_it_is_now_and_keeps_that(String type) throws Exception {
    snapshot("snap", "base", MIB, type);
    String table = device("snap").table();
    write("base", 0, 2, CHUNK);
    write("snap", CHUNK, 9, CHUNK);

    pool.reset("snap");
    write("base", 0, 3, CHUNK);
    write("base", 3 * CHUNK, 3, CHUNK);

    assertThat(read("snap", 0, CHUNK)).containsOnly(2);
    assertThat(read("snap", CHUNK, 3 * CHUNK)).containsOnly(1);
    assertThat(device("snap").table()).isEqualTo(table);
    if (!type.equals("N")) {
      reopen();
      assertThat(read("snap", 0, CHUNK)).containsOnly(2);
      assertThat(read("snap", CHUNK, 3 * CHUNK)).containsOnly(1);
      assertThat(device("snap").table()).isEqualTo(table);
    }
  }

  @ParameterizedTest
  @EnumSource
  void it_is_durable_before_its_origin_changes_again(VolatileDirectory.Loss loss) throws Exception {
    pool.close();
    VolatileDirectory disk = new VolatileDirectory();
    pool = Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, CHUNK);

    pool.reset("snap");
    write("base", 0, 3, CHUNK);
    device("base").flush();
    VolatileDirectory left = disk.cut(loss, new Random(1));
    pool.close();
    pool = Pool.open(left, PoolOptions.DEFAULT, log, StallListener.NONE);

    assertThat(read("snap", 0, CHUNK)).containsOnly(2);
    assertThat(read("base", 0, CHUNK)).containsOnly(3);
  }

  @ParameterizedTest
  @EnumSource
  void one_that_did_not_happen_does_not_come_back_however_much_fails(VolatileDirectory.Loss loss)
      throws Exception {
    pool.close();
    VolatileDirectory disk = new VolatileDirectory();
    pool = Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    AtomicBoolean broken = new AtomicBoolean();
    disk.watch(
        change -> {
          broken.compareAndSet(false, change.matches("rename .* to pool.table"));
          boolean needed = change.startsWith("sync of the dir") || change.contains("snap.cow.new");
          if (broken.get() && needed) {
            throw new ErrnoException(Errno.EIO, change + " was to fail");
          }
        });

    assertThatThrownBy(() -> pool.reset("snap")).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> write("base", 0, 3, CHUNK)).isInstanceOf(ErrnoException.class);
    assertThat(logged()).contains("base refuses writes until it can");
    assertThat(read("snap", 0, CHUNK)).containsOnly(0);
    VolatileDirectory leftBefore = disk.cut(loss, new Random(1));

    disk.watch(change -> {});
    write("base", 0, 3, CHUNK);
    device("base").flush();
    assertThat(read("snap", 0, CHUNK)).containsOnly(0);
    VolatileDirectory leftAfter = disk.cut(loss, new Random(1));
    pool.close();

    pool = Pool.open(leftBefore, PoolOptions.DEFAULT, log, StallListener.NONE);
    assertThat(heldUnlessInvalid("snap")).isIn(0, 2); // as if it had happened, at worst
    pool.close();
    pool = Pool.open(leftAfter, PoolOptions.DEFAULT, log, StallListener.NONE);
    assertThat(read("base", 0, CHUNK)).containsOnly(3);
    assertThat(heldUnlessInvalid("snap")).isZero();
  }

  private int heldUnlessInvalid(String name) throws IOException {
    return device(name).status().endsWith(" Invalid") ? 0 : read(name, 0, 1)[0];
  }

  @Test
  void its_kind_stays() throws Exception {
    EnumSet<Feature> features = EnumSet.of(Feature.DISCARD_ZEROES_COW);
    ExceptionStoreType type = ExceptionStoreType.of("PO");
    pool.snapshot(new SnapshotRequest("snap", "base", MIB / 2, type, 8, features));
    pool.extend("snap", MIB / 4, true);
    String table = device("snap").table();

    pool.reset("snap");

    assertThat(device("snap").table()).isEqualTo(table).endsWith("PO 8 1 discard_zeroes_cow");
    assertThat(device("snap-cow").size()).isEqualTo(MIB * 3 / 4);
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 16/1536 16");
  }

  @Test
  void others_are_not_touched() throws Exception {
    snapshot("snap", "base", MIB, "P");
    snapshot("other", "base", MIB, "P");
    write("base", 0, 2, CHUNK);

    pool.reset("snap");
    write("base", 0, 3, 2 * CHUNK);
    reopen();

    assertThat(read("other", 0, 4 * CHUNK)).containsOnly(1);
    assertThat(read("snap", 0, CHUNK)).containsOnly(2);
    assertThat(read("base", 0, 2 * CHUNK)).containsOnly(3);
  }

  @Test
  void one_that_is_open_is_busy() throws Exception {
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    device("snap").opened();

    assertRefused("snap", Errno.EBUSY, "is open");

    assertThat(read("snap", 0, CHUNK)).containsOnly(1);
    device("snap").released();
    pool.reset("snap");
    assertThat(read("snap", 0, CHUNK)).containsOnly(2);
  }

  @Test
  void nothing_is_reset_while_the_origin_merges_or_is_due_to() throws Exception {
    snapshot("snap", "base", MIB, "P");
    snapshot("other", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    device("base").opened();
    pool.merge("snap", false);

    assertRefused("snap", Errno.EBUSY, "or is due to");
    assertRefused("other", Errno.EBUSY, "or is due to");
  }

  @Test
  void an_origin_and_nobody_cannot_be_reset() throws Exception {
    assertThatThrownBy(() -> pool.reset("base"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is an origin");
    assertRefused("nobody", Errno.ENOENT, "nobody");
  }

  @Test
  void one_that_is_invalid_is_of_use_again() throws Exception {
    snapshot("snap", "base", 3 * CHUNK, "P");
    reopenWithoutExtension();
    write("base", 0, 2, 2 * CHUNK);
    assertThat(device("snap").status()).endsWith(" Invalid");

    pool.reset("snap");
    write("base", 0, 3, 1);

    assertThat(read("snap", 0, 2 * CHUNK)).containsOnly(2);
    reopen();
    assertThat(read("snap", 0, 2 * CHUNK)).containsOnly(2);
  }

  @Test
  void one_that_the_table_says_is_invalid_is_of_use_again() throws Exception {
    snapshot("snap", "base", MIB, "P");
    pool.close();
    table(table().replace("\nsnap: ", "\n# dmsnap: invalid snap why not\nsnap: "));
    open();
    assertThat(device("snap").status()).endsWith(" Invalid");

    pool.reset("snap");
    write("base", 0, 3, CHUNK);
    reopen();

    assertThat(read("snap", 0, CHUNK)).containsOnly(1);
    assertThat(table()).doesNotContain("invalid");
  }

  @Test
  void one_that_could_not_be_loaded_no_longer_keeps_its_origin_from_being_written()
      throws Exception {
    snapshot("snap", "base", MIB, "P");
    pool.close();
    Files.write(directory.resolve("snap.cow"), new byte[CHUNK]); // damaged, and truncated
    open();
    assertThatThrownBy(() -> write("base", 0, 2, 1)).hasMessageContaining("read-only until");
    assertRefused("snap", Errno.EIO, "how large");
    pool.remove("snap");
    snapshot("snap", "base", MIB, "P");
    pool.close();
    Files.write(directory.resolve("snap.cow"), new byte[MIB]);
    open();

    pool.reset("snap");
    write("base", 0, 2, CHUNK);

    assertThat(read("snap", 0, CHUNK)).containsOnly(1);
  }

  @Test
  void what_is_open_of_its_cow_device_is_gone() throws Exception {
    snapshot("snap", "base", MIB, "P");
    Device cow = device("snap-cow");

    pool.reset("snap");

    assertThatThrownBy(cow::opened).hasMessageContaining("is gone");
    device("snap-cow").opened();
  }

  @Test
  void whoever_looks_meanwhile_finds_it_there() throws Exception {
    snapshot("snap", "base", MIB, "P");
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<String> looking = CompletableFuture.supplyAsync(() -> lookUntil(over));

    for (int round = 0; round < 50; round++) {
      write("base", 0, round, 1);
      try {
        pool.reset("snap");
      } catch (ErrnoException busy) { // the other was faster
        assertThat(busy.errno()).isEqualTo(Errno.EBUSY);
      }
    }

    over.set(true);
    assertThat(looking.get()).isEmpty();
  }

  /** What is odd about what is seen, until all is over. */
  private String lookUntil(AtomicBoolean over) {
    while (!over.get()) {
      try {
        Device snap = device("snap");
        snap.opened();
        int first = read("snap", 0, 1)[0];
        int second = read("snap", 0, 1)[0];
        snap.released();
        if (first != second || !device("base").table().contains("snapshot-origin")) {
          return first + " became " + second + ", " + device("base").table();
        }
      } catch (IOException | AssertionError missing) {
        return missing.toString();
      }
    }
    return "";
  }

  private void reopenWithoutExtension() throws IOException {
    pool.close();
    open(new PoolOptions(false, false, 100, 20, PoolOptions.DEFAULT.overflow()));
  }

  private void assertRefused(String name, Errno errno, String words) {
    assertThatThrownBy(() -> pool.reset(name))
        .isInstanceOfSatisfying(
            ErrnoException.class, refused -> assertThat(refused.errno()).isEqualTo(errno))
        .hasMessageContaining(words);
  }
}
