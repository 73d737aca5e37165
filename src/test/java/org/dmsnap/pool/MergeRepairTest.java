package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Merges that cannot begin, go on or end as they should, and what can be done about it. */
class MergeRepairTest extends PoolFixture {

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int VALID_FLAG = 4; // in the COW device's header
  private static final String FINISHED = "Merge of snapshot snap into base has finished";

  private CrashingDirectory disk;

  @BeforeEach
  void takeASnapshot() throws Exception {
    disk = new CrashingDirectory(FileDirectory.lock(directory, false));
    pool = Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
    pool.create("base", MIB);
    write("base", 0, 1, 65536);
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, 32768);
  }

  @Test
  void a_merged_snapshot_that_cannot_be_taken_away_goes_by_itself_once_it_can() throws Exception {
    mergeWithTheDirectoryBroken();
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-merge 32/2048 32");
    assertMerged();

    disk.crashAfter(Integer.MAX_VALUE);

    await(() -> logged().contains(FINISHED));
    await(() -> Files.notExists(directory.resolve(".snap.cow.removing"))); // it is told before
    assertGone();
  }

  @Test
  void a_merged_snapshot_that_cannot_be_taken_away_goes_with_the_next_command() throws Exception {
    mergeWithTheDirectoryBroken();

    disk.crashAfter(Integer.MAX_VALUE);
    pool.create("other", MIB);

    assertThat(logged()).contains(FINISHED);
    assertThat(names()).containsExactly("base", "other");
  }

  @Test
  void a_merged_snapshot_that_cannot_be_taken_away_goes_with_a_clean_stop() throws Exception {
    mergeWithTheDirectoryBroken();

    disk.crashAfter(Integer.MAX_VALUE);
    pool.close();

    assertGone();
    open();
    assertMerged();
  }

  private void mergeWithTheDirectoryBroken() throws IOException {
    pool.suspend("base");
    pool.merge("snap", false);
    disk.crashAfter(0);
    pool.resume("base");
    await(() -> logged().contains("snap is merged into base, but cannot be taken away yet"));
  }

  @Test
  void a_snapshot_whose_merge_has_failed_is_not_removed_and_the_reason_says_what_to_do()
      throws Exception {
    pool.suspend("base");
    pool.merge("snap", false);
    byte[] whole = Files.readAllBytes(cow());
    Files.write(cow(), Arrays.copyOf(whole, 16384));
    pool.resume("base");
    await(() -> device("base").status().endsWith("Merge failed"));

    assertThatThrownBy(() -> pool.remove("snap"))
        .hasMessageContaining("mount the pool again, and the merge goes on")
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(Errno.EBUSY));

    assertThatThrownBy(pool::close).hasMessageContaining("truncated by somebody else");
    Files.write(cow(), whole);
    open();
    await(() -> logged().contains(FINISHED));
    assertThat(logged()).contains(" s since it was resumed");
    assertMerged();
  }

  @Test
  void a_merging_snapshot_found_invalid_merges_no_more_and_can_be_removed() throws Exception {
    interrupt();
    byte[] cow = Files.readAllBytes(cow());
    cow[VALID_FLAG] = 0;
    Files.write(cow(), cow);

    open();

    assertThat(logged()).contains("the merge of snap cannot go on, as it is Invalid");
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-origin ");
    assertThat(table()).doesNotContain("snapshot-merge");
    assertThat(read("base", 0, 32768)).containsOnly(2);
    write("base", 0, 3, 512);
    assertErrno(Errno.EIO, () -> pool.merge("snap", false));
    reopen();
    pool.remove("snap");
    assertGone();
    assertThat(read("base", 0, 512)).containsOnly(3);
  }

  @Test
  void a_merging_snapshot_found_invalid_under_ro_changes_nothing() throws Exception {
    interrupt();
    String table = table();
    byte[] cow = Files.readAllBytes(cow());
    cow[VALID_FLAG] = 0;
    Files.write(cow(), cow);

    open(readOnly());

    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    pool.close();
    assertThat(table()).isEqualTo(table);
    assertThat(cow()).hasBinaryContent(cow);
  }

  @Test
  void a_merging_snapshot_that_cannot_be_loaded_keeps_its_origin_read_only_until_it_is_repaired()
      throws Exception {
    interrupt();
    byte[] whole = Files.readAllBytes(cow());
    byte[] damaged = {1, 2, 3};
    Files.write(cow(), damaged);

    open();
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertErrno(Errno.EROFS, () -> write("base", 0, 3, 512));
    assertThat(read("base", 0, 32768)).containsOnly(2);
    assertThat(table()).contains("snapshot-merge");
    pool.close();
    assertThat(cow()).hasBinaryContent(damaged);

    Files.write(cow(), whole);
    open();
    await(() -> logged().contains(FINISHED));
    assertMerged();
    assertGone();
  }

  @Test
  void a_merging_snapshot_that_cannot_be_loaded_can_be_removed_which_frees_its_origin()
      throws Exception {
    interrupt();
    Files.delete(cow());
    open();

    pool.remove("snap");

    assertThat(logged()).contains("its origin base may be inconsistent");
    assertThat(table()).isEqualTo("base: 0 2048 linear base.img 0\n");
    write("base", 0, 3, 512);
    assertThat(read("base", 0, 512)).containsOnly(3);
  }

  @Test
  void snapshots_of_different_origins_merge_at_once() throws Exception {
    pool.create("two", MIB);
    write("two", 0, 4, 65536);
    snapshot("of-two", "two", MIB, "P");
    write("two", 0, 5, 65536);
    pool.suspend("base");
    pool.suspend("two");

    pool.merge("snap", false);
    pool.merge("of-two", false);

    assertThat(device("base").status()).startsWith("0 2048 snapshot-merge ");
    assertThat(device("two").status()).startsWith("0 2048 snapshot-merge ");
    pool.resume("two");
    await(() -> logged().contains("Merge of snapshot of-two into two has finished"));
    assertThat(device("base").status()).startsWith("0 2048 snapshot-merge ");
    pool.resume("base");
    await(() -> logged().contains(FINISHED));
    assertThat(read("two", 0, 65536)).containsOnly(4);
    assertMerged();
    assertThat(names()).containsExactly("base", "two");
  }

  private Path cow() {
    return directory.resolve("snap.cow");
  }

  /** Leaves a pool closed whose merge has begun and moved nothing. */
  private void interrupt() throws IOException {
    pool.close();
    table(
        """
        base: 0 2048 snapshot-merge base-real base-cow P 16
        base-real: 0 2048 linear base.img 0
        base-cow: 0 2048 linear snap.cow 0
        """);
  }

  private void assertMerged() throws IOException {
    assertThat(read("base", 0, 65536)).containsOnly(1);
  }

  private void assertGone() throws IOException {
    assertThat(files()).containsExactly("base.img", "pool.table");
    assertThat(table().replaceAll("#.*\n", "")).isEqualTo("base: 0 2048 linear base.img 0\n");
  }

  private static void await(BooleanSupplier reached) {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(errno));
  }
}
