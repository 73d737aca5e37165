package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots, and resets, of several origins in one moment: all of them, or none. */
class GroupTest extends PoolFixture {

  private static final int CHUNK = 8192;
  private static final List<String> ORIGINS = List.of("a", "b", "c");

  private final VolatileDirectory disk = new VolatileDirectory();

  @BeforeEach
  void createOrigins() throws IOException {
    mount();
    for (String name : ORIGINS) {
      pool.create(name, MIB);
      write(name, 0, 1, 4 * CHUNK);
    }
    pool.close();
    mount(); // so that the files have their names
  }

  @Test
  void each_shows_its_origin_as_it_was_and_so_do_several_of_one() throws Exception {
    pool.snapshot(of("a1", "a"), of("b1", "b", "PO"), of("b2", "b"), of("c1", "c", "N"));
    writeOrigins(2);

    assertHold(1, "a1", "b1", "b2", "c1");
    pool.close();
    mount();
    assertHold(1, "a1", "b1", "b2");
    assertThat(disk.list())
        .containsExactly("a.img", "a1.cow", "b.img", "b1.cow", "b2.cow", "c.img", "pool.table");
  }

  @Test
  void an_origin_and_a_snapshot_of_it_are_members_beside_each_other() throws Exception {
    snapshot("s", "a", MIB, "P");
    write("s", 0, 7, CHUNK);

    pool.snapshot(of("a1", "a"), of("t", "s"));
    write("a", 0, 2, CHUNK);
    write("s", 0, 8, CHUNK);

    assertHold(1, "a1");
    assertHold(7, "t");
    assertThat(read("t", CHUNK, CHUNK)).containsOnly(1);
  }

  @Test
  void one_that_is_suspended_stays_so() throws Exception {
    pool.suspend("b");

    pool.snapshot(of("a1", "a"), of("b1", "b"));

    assertThat(device("b").writesHeld()).isTrue();
    pool.resume("b");
    writeOrigins(2);
    assertHold(1, "a1", "b1");
  }

  @ParameterizedTest
  @CsvSource({
    "b1, none, ENOENT, no volume none",
    "a, b, EEXIST, already",
    "a1, b, EEXIST, there twice",
    "b1, a1, ENOENT, no volume a1",
    "-, b, EINVAL, name"
  })
  void one_that_cannot_be_is_named_and_nothing_is_left_of_the_others(
      String name, String origin, Errno errno, String words) throws Exception {
    assertThatThrownBy(() -> pool.snapshot(of("a1", "a"), of(name, origin), of("c1", "c")))
        .isInstanceOfSatisfying(
            ErrnoException.class, refused -> assertThat(refused.errno()).isEqualTo(errno))
        .hasMessageStartingWith("none of the 3 is taken, because of " + name + ": ")
        .hasMessageContaining(words);

    assertNothingTaken();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create .b1.cow.new",
        "sync .b1.cow.new",
        "create (unnamed)",
        "sync b.img",
        "sync of the directory",
        "create .pool.table.new",
        "rename .pool.table.new to pool.table"
      })
  void what_fails_on_the_disk_leaves_nothing_of_any(String failing) throws Exception {
    VolatileDirectory.Watcher fail =
        change -> {
          if (change.equals(failing)) {
            throw new ErrnoException(Errno.EIO, change + " was to fail");
          }
        };
    writeOrigins(1); // so that there is something to flush
    disk.watch(fail);
    disk.watchReads(fail);

    assertThatThrownBy(() -> pool.snapshot(of("a1", "a"), of("b1", "b"), of("c1", "c", "N")))
        .hasMessageContaining("was to fail");

    disk.watch(change -> {});
    disk.watchReads(call -> {});
    writeOrigins(1); // no gate is held
    if (failing.equals("sync b.img")) { // which fails from then on
      assertThatThrownBy(pool::close).hasMessageContaining("b (");
      mount();
    }
    assertNothingTaken();
  }

  @Test
  void resets_happen_together() throws Exception {
    pool.snapshot(of("a1", "a"), of("b1", "b"), of("c1", "c", "N"));
    writeOrigins(2);

    pool.reset("a1", "b1", "c1");
    writeOrigins(3);

    assertHold(2, "a1", "b1", "c1");
    pool.close();
    assertThat(disk.readText("pool.table")).doesNotContain("reset");
    mount();
    assertHold(2, "a1", "b1");
  }

  @Test
  void a_reset_of_one_that_is_open_is_none_of_the_others() throws Exception {
    pool.snapshot(of("a1", "a"), of("b1", "b"));
    writeOrigins(2);
    device("b1").opened();

    assertThatThrownBy(() -> pool.reset("a1", "b1"))
        .isInstanceOfSatisfying(
            ErrnoException.class, refused -> assertThat(refused.errno()).isEqualTo(Errno.EBUSY))
        .hasMessageStartingWith("none of the 2 is reset, because of b1: b1 is open");

    assertHold(1, "a1", "b1");
    writeOrigins(3);
    assertHold(1, "a1", "b1");
    assertThat(disk.list()).noneMatch(file -> file.endsWith(".new"));
    device("b1").released();
    pool.reset("a1", "b1");
    assertHold(3, "a1", "b1");
  }

  @Test
  void a_file_that_cannot_take_the_place_of_the_other_does_so_later() throws Exception {
    pool.snapshot(of("a1", "a"), of("b1", "b"));
    writeOrigins(2);
    disk.watch(
        change -> {
          if (change.equals("rename .b1.cow.new to b1.cow")) {
            throw new ErrnoException(Errno.EIO, change + " was to fail");
          }
        });

    pool.reset("a1", "b1");

    assertThat(logged()).contains("put in order by the next mount");
    assertThatThrownBy(() -> pool.reset("b1")).hasMessageContaining("mount again");
    assertThatThrownBy(() -> pool.merge("b1", false)).hasMessageContaining("mount again");
    assertHold(2, "a1", "b1");
    pool.close();
    mount();
    assertHold(2, "a1", "b1");
    disk.watch(change -> {});
    pool.close();
    mount();
    assertHold(2, "a1", "b1");
    pool.reset("b1");
    assertThat(disk.list())
        .containsExactly("a.img", "a1.cow", "b.img", "b1.cow", "c.img", "pool.table");
  }

  private static SnapshotRequest of(String name, String origin) {
    return of(name, origin, "P");
  }

  private static SnapshotRequest of(String name, String origin, String type) {
    return new SnapshotRequest(name, origin, MIB, ExceptionStoreType.of(type), 16, Set.of());
  }

  private void mount() throws IOException {
    pool = Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
  }

  private void writeOrigins(int value) throws IOException {
    for (String origin : ORIGINS) {
      write(origin, 0, value, CHUNK);
    }
  }

  private void assertHold(int value, String... snapshots) throws IOException {
    TreeMap<String, Integer> seen = new TreeMap<>();
    TreeMap<String, Integer> expected = new TreeMap<>();
    for (String snapshot : snapshots) {
      expected.put(snapshot, value);
      seen.put(snapshot, (int) read(snapshot, 0, 1)[0]);
    }
    assertThat(seen).isEqualTo(expected);
  }

  /** Neither volumes nor files nor gates: everything goes on, under the same names. */
  private void assertNothingTaken() throws IOException {
    assertThat(names()).containsExactlyElementsOf(ORIGINS);
    assertThat(disk.list()).containsExactly("a.img", "b.img", "c.img", "pool.table");
    assertThat(disk.readText("pool.table")).doesNotContain("snapshot");
    writeOrigins(2);
    pool.snapshot(of("a1", "a"), of("b1", "b"), of("c1", "c", "N"));
    writeOrigins(3);
    assertHold(2, "a1", "b1", "c1");
  }
}
