package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.VolumeReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots of snapshots: base, s of it, and t of s. */
class StackTest extends PoolFixture {

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int CHUNK = 8192;
  private static final int ROUNDS = 60;

  @BeforeEach
  void takeASnapshotOfASnapshot() throws Exception {
    open();
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
    snapshot("s", "base", MIB, "P");
    write("s", 0, 2, CHUNK);
    snapshot("t", "s", MIB, "P");
  }

  private static void refuses(Errno errno, ThrowingCallable call, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContaining(words);
  }

  private static void isRefused(ThrowingCallable call, String words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  private void assertBytes(String name, int... values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      assertThat(read(name, (long) i * CHUNK, CHUNK))
          .as("%s, chunk %s", name, i)
          .containsOnly(values[i]);
    }
  }

  private void awaitFiles(String... expected) throws IOException {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (!files().equals(List.of(expected)) && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(files()).as(logged()).containsExactly(expected);
  }

  private void await(String gone) {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (pool.volumes().stream().anyMatch(volume -> volume.name().equals(gone))) {
      assertThat(System.nanoTime()).as("the end of %s", gone).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void it_is_of_the_snapshot_as_it_is_now_own_writes_included() throws Exception {
    assertBytes("t", 2, 1, 1, 1);
  }

  @Test
  void writes_at_each_level_change_that_level_alone() throws Exception {
    write("base", 0, 3, 2 * CHUNK);
    write("s", CHUNK, 4, 2 * CHUNK);
    write("t", 2 * CHUNK, 5, CHUNK);

    assertBytes("base", 3, 3, 1, 1);
    assertBytes("s", 2, 4, 4, 1);
    assertBytes("t", 2, 1, 5, 1);
    reopen();
    assertBytes("base", 3, 3, 1, 1);
    assertBytes("s", 2, 4, 4, 1);
    assertBytes("t", 2, 1, 5, 1);
  }

  @Test
  void the_devices_and_their_lines_are_those_of_the_kernel() {
    assertThat(names()).containsExactly("base", "base-real", "s", "s-cow", "s-real", "t", "t-cow");
    assertThat(device("s").table()).isEqualTo("0 2048 snapshot-origin s-real");
    assertThat(device("s-real").table()).isEqualTo("0 2048 snapshot base-real s-cow P 16");
    assertThat(device("s-cow").table()).isEqualTo("0 2048 linear s.cow 0");
    assertThat(device("t").table()).isEqualTo("0 2048 snapshot s-real t-cow P 16");
    assertThat(device("s").status()).isEqualTo("0 2048 snapshot-origin ");
    assertThat(device("s-real").status()).isEqualTo("0 2048 snapshot 48/2048 32");
    assertThat(device("t").status()).isEqualTo("0 2048 snapshot 32/2048 32");
    assertThat(device("s-real").writable()).isFalse();
  }

  @Test
  void the_table_lists_them_in_the_words_of_the_snapshot_target() throws Exception {
    assertThat(table())
        .isEqualTo(
            """
            base: 0 2048 snapshot-origin base-real
            base-real: 0 2048 linear base.img 0
            s: 0 2048 snapshot base-real s-cow P 16
            s-cow: 0 2048 linear s.cow 0
            t: 0 2048 snapshot s-real t-cow P 16
            t-cow: 0 2048 linear t.cow 0
            """);
  }

  @Test
  void a_table_as_the_kernel_has_it_is_adopted() throws Exception {
    pool.close();
    table(
        """
        t: 0 2048 snapshot s-real t-cow P 16
        s: 0 2048 snapshot-origin s-real
        s-real: 0 2048 snapshot base-real s-cow P 16
        base: 0 2048 snapshot-origin base-real
        base-real: 0 2048 linear base.img 0
        """);

    open();

    assertBytes("t", 2, 1, 1, 1);
    assertThat(table()).contains("\ns: 0 2048 snapshot base-real s-cow P 16\n");
    assertThat(device("s").table()).isEqualTo("0 2048 snapshot-origin s-real");
  }

  @Test
  void its_real_device_shows_what_was_written_last() throws Exception {
    write("s", CHUNK, 7, CHUNK);

    assertBytes("s-real", 2, 7, 1, 1);
  }

  @Test
  void reports_name_what_each_was_taken_of() {
    assertThat(pool.volumes().stream().map(VolumeReport::origin))
        .containsExactly(null, "base", "s");
    assertThat(pool.volumes().stream().map(VolumeReport::snapshots)).containsExactly(1, 1, 0);
  }

  @Test
  void what_others_read_through_is_not_reset() {
    String snapshots = " while it has snapshots: t";

    refuses(Errno.EBUSY, () -> pool.reset("s"), "s cannot be reset" + snapshots);
    refuses(Errno.EBUSY, () -> pool.remove("base"), "base cannot be removed");
  }

  @Test
  void once_the_last_of_its_snapshots_is_gone_it_is_one_as_any_other() throws Exception {
    write("s", CHUNK, 4, CHUNK);

    pool.remove("t");

    assertThat(names()).containsExactly("base", "base-real", "s", "s-cow");
    assertThat(device("s").table()).isEqualTo("0 2048 snapshot base-real s-cow P 16");
    assertBytes("s", 2, 4, 1, 1);
    write("s", 2 * CHUNK, 5, CHUNK);
    reopen();
    assertBytes("s", 2, 4, 5, 1);
    pool.remove("s");
    assertThat(files()).containsExactly("base.img", "pool.table");
  }

  @Test
  void a_reset_makes_it_one_of_the_snapshot_as_it_is_now() throws Exception {
    write("t", 0, 9, 4 * CHUNK);
    write("s", CHUNK, 4, CHUNK);

    pool.reset("t");

    assertBytes("t", 2, 4, 1, 1);
    reopen();
    assertBytes("t", 2, 4, 1, 1);
  }

  @Test
  void it_merges_into_the_snapshot_that_it_was_taken_of() throws Exception {
    snapshot("other", "s", MIB, "P");
    write("s", 0, 4, CHUNK);
    write("t", CHUNK, 5, CHUNK);

    pool.merge("t", false);

    assertBytes("s", 2, 5, 1, 1);
    await("t");
    assertBytes("s", 2, 5, 1, 1);
    assertBytes("other", 2, 1, 1, 1);
    assertBytes("base", 1, 1, 1, 1);
    assertThat(files()).doesNotContain("t.cow");
    reopen();
    assertBytes("s", 2, 5, 1, 1);
    assertBytes("other", 2, 1, 1, 1);
  }

  @Test
  void while_it_merges_the_snapshot_reads_as_merged_and_the_table_says_so() throws Exception {
    write("t", CHUNK, 5, CHUNK);
    pool.suspend("base"); // which holds the merge

    pool.merge("t", false);

    assertThat(names()).containsExactly("base", "base-real", "s", "s-cow", "s-real", "t-cow");
    assertThat(device("s").table()).isEqualTo("0 2048 snapshot-merge s-real t-cow P 16");
    assertThat(device("s").status()).startsWith("0 2048 snapshot-merge ");
    assertThat(table()).contains("# dmsnap: merging t into s\nt: 0 2048 snapshot s-real t-cow");
    assertBytes("s", 2, 5, 1, 1);
    pool.resume("base");
    await("t");
  }

  @Test
  void a_merge_that_was_cut_goes_on_with_the_next_mount() throws Exception {
    write("t", CHUNK, 5, CHUNK);
    pool.close();
    table(table().replace("t: 0", "# dmsnap: merging t into s\nt: 0"));

    open();

    assertBytes("s", 2, 5, 1, 1);
    await("t");
    assertBytes("s", 2, 5, 1, 1);
  }

  @Test
  void a_merge_that_waits_for_closing_starts_then() throws Exception {
    write("t", CHUNK, 5, CHUNK);
    device("s").opened();
    pool.merge("t", false);
    refuses(Errno.EBUSY, () -> snapshot("u", "t", MIB, "P"), "t is due to merge into s");
    refuses(Errno.EBUSY, () -> snapshot("u", "s", MIB, "P"), "t merges into s or is due to");

    device("s").released();

    await("t");
    assertBytes("s", 2, 5, 1, 1);
  }

  @Test
  void suspending_the_origin_holds_all_of_its_tree() throws Exception {
    write("t", 0, 6, CHUNK);
    pool.suspend("base");
    Thread writer = new Thread(() -> tryWrite("t"));
    writer.start();

    assertBytes("t", 6, 1, 1, 1);

    assertThat(writer.isAlive()).isTrue();
    pool.resume("base");
    join(writer);
    assertBytes("t", 7, 1, 1, 1);
    isRefused(() -> pool.suspend("t"), "name its origin, base");
  }

  private void tryWrite(String name) {
    try {
      write(name, 0, 7, CHUNK);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static void join(Thread thread) throws InterruptedException {
    thread.join(TimeUnit.NANOSECONDS.toMillis(DEADLINE_NANOS));
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void one_that_becomes_invalid_takes_all_that_read_through_it_with_it() throws Exception {
    pool.close();
    open(new PoolOptions(false, false, 100, 20, OverflowPolicy.INVALIDATE));
    snapshot("small", "base", 3 * CHUNK, "P");
    snapshot("over", "small", MIB, "P");
    snapshot("top", "over", MIB, "P");

    write("base", 0, 3, 2 * CHUNK);

    for (String name : new String[] {"small-real", "over-real", "top"}) {
      assertThat(device(name).status()).isEqualTo("0 2048 snapshot Invalid");
    }
    assertThat(logged()).contains("Snapshot over became Invalid: What it reads through is Invalid");
    assertThat(logged()).contains("Snapshot top became Invalid: What it reads through is Invalid");
    refuses(Errno.EIO, () -> read("top", 0, 1), "Invalid");
    refuses(Errno.EIO, () -> snapshot("more", "over", MIB, "P"), "over is Invalid");
    refuses(Errno.EIO, () -> pool.reset("top"), "over, which it reads through, is Invalid");
    assertBytes("t", 2, 1, 1, 1);
    reopen();
    assertThat(device("top").status()).isEqualTo("0 2048 snapshot Invalid");
    pool.remove("top");
    pool.remove("over");
    pool.reset("small");
    assertBytes("small", 3, 3, 1, 1);
  }

  @Test
  void what_reads_through_an_invalid_one_is_marked_so_by_the_mount_that_finds_it()
      throws Exception {
    pool.close();
    mark("s.cow");

    open();

    assertThat(device("t").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(Files.readAllBytes(directory.resolve("t.cow"))[4]).isZero();
  }

  /** As a copy-out that finds no room does. */
  private void mark(String file) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(file));
    bytes[4] = 0;
    Files.write(directory.resolve(file), bytes);
  }

  @Test
  void one_that_cannot_be_loaded_leaves_what_reads_through_it_untouched() throws Exception {
    pool.close();
    byte[] before = Files.readAllBytes(directory.resolve("t.cow"));
    Files.move(directory.resolve("s.cow"), directory.resolve("elsewhere"));
    open();

    assertThat(device("t").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(device("base").writable()).isFalse();
    assertThat(logged()).contains("Snapshot t could not be loaded");
    pool.close();
    assertThat(Files.readAllBytes(directory.resolve("t.cow"))).isEqualTo(before);

    Files.move(directory.resolve("elsewhere"), directory.resolve("s.cow"));
    open();
    assertBytes("t", 2, 1, 1, 1);
  }

  @Test
  void stores_are_persistent_at_every_level() throws Exception {
    snapshot("n", "base", MIB, "N");

    isRefused(() -> snapshot("x", "n", MIB, "P"), "Snapshots of snapshots are persistent");
    isRefused(() -> snapshot("x", "s", MIB, "N"), "Snapshots of snapshots are persistent");
  }

  @Test
  void a_stack_is_at_most_32_deep() throws Exception {
    String below = "t";
    for (int depth = 3; depth <= 32; depth++) {
      snapshot("d" + depth, below, MIB, "P");
      below = "d" + depth;
    }
    isRefused(() -> snapshot("more", "d32", MIB, "P"), "at most 32");

    write("base", 0, 3, 4 * CHUNK);
    write("s", 0, 4, 4 * CHUNK);

    assertBytes("d32", 2, 1, 1, 1);
    reopen();
    assertBytes("d32", 2, 1, 1, 1);
  }

  @Test
  void it_is_extended_like_any_other() throws Exception {
    snapshot("u", "s", 3 * CHUNK, "P");
    pool.extend("u", CHUNK, true);
    pool.extend("s", CHUNK, true);

    write("s", 0, 4, 4 * CHUNK); // extends u on its way

    assertBytes("u", 2, 1, 1, 1);
    assertThat(device("s-real").status()).contains("/2064 ");
    assertThat(logged()).contains("Snapshot u extended from ");
  }

  @Test
  void one_that_others_read_through_hands_down_what_they_read_and_is_gone() throws Exception {
    write("base", CHUNK, 3, CHUNK);
    write("t", 3 * CHUNK, 7, CHUNK);

    pool.remove("s");

    assertThat(names()).doesNotContain("s");
    assertBytes("t", 2, 1, 1, 7);
    await("s");
    assertBytes("t", 2, 1, 1, 7);
    assertBytes("base", 1, 3, 1, 1);
    awaitFiles("base.img", "pool.table", "t.cow");
    assertThat(device("t").table()).isEqualTo("0 2048 snapshot base-real t-cow P 16");
    assertThat(device("t").status()).isEqualTo("0 2048 snapshot 80/2048 32");
    write("base", 0, 4, 4 * CHUNK);
    assertBytes("t", 2, 1, 1, 7);
    reopen();
    assertBytes("t", 2, 1, 1, 7);
    pool.remove("t");
    assertThat(files()).containsExactly("base.img", "pool.table");
  }

  @Test
  void while_it_is_handed_down_it_is_listed_as_removed_and_the_table_says_so() throws Exception {
    snapshot("u", "t", MIB, "P");
    pool.suspend("base"); // which holds it

    pool.remove("s");

    assertThat(table()).contains("# dmsnap: removed s once others do not read through it\ns: 0 ");
    assertThat(names())
        .containsExactly(
            "base", "base-real", "s-cow", "s-real", "t", "t-cow", "t-real", "u", "u-cow");
    assertThat(device("s-real").status()).isEqualTo("0 2048 snapshot 48/2048 32");
    assertThat(pool.volumes().stream().filter(VolumeReport::removed).map(VolumeReport::name))
        .containsExactly("s");
    refuses(Errno.EBUSY, () -> pool.remove("s"), "s is removed");
    refuses(Errno.EBUSY, () -> pool.create("s", MIB), "s is removed");
    refuses(Errno.EBUSY, () -> pool.merge("t", false), "t cannot be merged");
    pool.resume("base");
    await("s");
    assertBytes("u", 2, 1, 1, 1);
    write("t", 0, 8, CHUNK);
    write("base", 0, 9, 4 * CHUNK);
    assertBytes("t", 8, 1, 1, 1);
    assertBytes("u", 2, 1, 1, 1);
  }

  @Test
  void a_removal_that_was_cut_goes_on_with_the_next_mount() throws Exception {
    pool.suspend("base");
    pool.remove("s");
    pool.close();

    open();

    await("s");
    assertBytes("t", 2, 1, 1, 1);
    awaitFiles("base.img", "pool.table", "t.cow");
  }

  @Test
  void without_room_to_hand_down_nothing_is_removed() throws Exception {
    pool.close();
    open(new PoolOptions(false, false, 100, 20, OverflowPolicy.INVALIDATE));
    snapshot("small", "s", 3 * CHUNK, "P");
    write("small", 3 * CHUNK, 7, CHUNK);

    refuses(Errno.ENOSPC, () -> pool.remove("s"), "a snapshot of s has no room");

    assertThat(names()).contains("s");
    write("base", 3 * CHUNK, 4, CHUNK);
    assertBytes("small", 2, 1, 1, 7);
    pool.remove("small");
  }

  @Test
  void one_that_is_open_or_due_to_merge_is_not_removed() throws Exception {
    device("s").opened();
    refuses(Errno.EBUSY, () -> pool.remove("s"), "s is open");

    device("s").released();
    device("t").opened();
    pool.merge("t", false);
    refuses(Errno.EBUSY, () -> pool.remove("s"), "t merges into s or is due to");
    device("t").released();
    await("t");
  }

  @Test
  void writers_go_on_while_it_is_handed_down() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeUntil(enough));
    try {
      for (int round = 0; round < ROUNDS; round++) {
        snapshot("x", "base", MIB, "P");
        snapshot("y", "x", MIB, "P");
        byte[] before = read("y", 0, MIB);
        pool.remove("x");
        await("x");
        assertThat(Arrays.mismatch(read("y", 0, MIB), before)).as("round %s", round).isEqualTo(-1);
        pool.remove("y");
      }
    } finally {
      enough.set(true);
    }
    writer.get();
  }

  private void writeUntil(AtomicBoolean enough) {
    Random random = new Random(1);
    try {
      while (!enough.get()) {
        write("base", random.nextInt(MIB / CHUNK) * (long) CHUNK, random.nextInt(), CHUNK);
      }
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
