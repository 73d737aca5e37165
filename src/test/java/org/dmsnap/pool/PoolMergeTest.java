package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.VolumeReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Putting a snapshot back into its origin, LVM's way. */
class PoolMergeTest extends PoolFixture {

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final String DIRECTIVE = "# dmsnap: merge snap when base and it are closed\n";

  @BeforeEach
  void takeASnapshot() throws Exception {
    open();
    pool.create("base", MIB);
    write("base", 0, 1, 65536);
    snapshot("snap", "base", MIB, "P");
    write("base", 0, 2, 32768);
    write("snap", 40960, 3, 8192);
  }

  @Test
  void one_that_is_due_is_refused_anew_but_can_be_forced() throws Exception {
    device("base").opened();
    pool.merge("snap", false);
    assertThatThrownBy(() -> pool.merge("snap", false))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("into the origin base is due or under way");

    pool.merge("snap", true);

    assertThat(pool.device("snap")).isNull();
  }

  @Test
  void what_is_merged_is_the_origin_and_the_snapshot_is_gone() throws Exception {
    pool.merge("snap", false);
    assertMerged();

    awaitEnd();

    assertMerged();
    assertThat(names()).containsExactly("base");
    assertThat(files()).containsExactly("base.img", "pool.table");
    assertThat(table()).isEqualTo("base: 0 2048 linear base.img 0\n");
    assertThat(device("base").status()).isEqualTo("0 2048 linear ");
    assertThat(logged())
        .contains("Merging of volume snap into base started")
        .contains("Merge of snapshot snap into base has finished: 40960 bytes in ");
    reopen();
    assertMerged();
  }

  @Test
  void while_it_merges_the_devices_and_lines_are_those_of_lvm() throws Exception {
    pool.suspend("base"); // which holds the merge

    pool.merge("snap", false);

    assertThat(names()).containsExactly("base", "base-cow", "base-real");
    assertThat(device("base").table()).isEqualTo("0 2048 snapshot-merge base-real base-cow P 16");
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-merge 112/2048 32");
    assertThat(device("base-cow").table()).isEqualTo("0 2048 linear snap.cow 0");
    assertThat(table())
        .isEqualTo(
            """
            base: 0 2048 snapshot-merge base-real base-cow P 16
            base-real: 0 2048 linear base.img 0
            base-cow: 0 2048 linear snap.cow 0
            """);
    assertMerged();
    device("base-cow").opened();
    assertThat(pool.volumes()).extracting(VolumeReport::name).containsExactly("base", "snap");
    assertThat(pool.volumes()).allMatch(VolumeReport::merging);
    assertThat(pool.volumes()).extracting(VolumeReport::percent).containsOnly(100.0 * 112 / 2048);
    pool.resume("base");
    awaitEnd();
  }

  @Test
  void it_waits_until_both_are_closed_and_then_starts_by_itself() throws Exception {
    Device base = device("base");
    Device snap = device("snap");
    base.opened();
    snap.opened();

    pool.merge("snap", false);

    assertThat(logged()).contains("Delaying merge since origin is open");
    assertThat(table()).contains(DIRECTIVE + "snap: 0 2048 snapshot base-real snap-cow P 16\n");
    assertThat(read("snap", 0, 4096)).containsOnly(1);
    assertThat(read("base", 0, 4096)).containsOnly(2);
    assertThat(pool.volumes()).allMatch(VolumeReport::merging);
    base.released();
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-origin ");
    snap.released();
    awaitEnd();
    assertMerged();
  }

  @Test
  void one_that_waits_starts_with_the_next_opening_but_not_under_ro() throws Exception {
    device("base").opened();
    pool.merge("snap", false);
    device("snap").opened(); // so that the stop's releases start nothing
    pool.close();

    open(readOnly());
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-origin ");
    assertThat(read("snap", 0, 4096)).containsOnly(1);
    assertThat(table()).contains(DIRECTIVE);
    reopen();

    assertThat(device("base").status()).doesNotContain("snapshot-origin");
    awaitEnd();
    assertMerged();
  }

  @Test
  void one_that_runs_is_resumed_by_the_next_opening_and_reads_as_merged_under_ro()
      throws Exception {
    interrupt();

    open(readOnly());
    assertMerged();
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-merge 112/2048 32");
    reopen();

    awaitEnd();
    assertMerged();
    assertThat(files()).containsExactly("base.img", "pool.table");
  }

  @Test
  void siblings_stay_as_they_are() throws Exception {
    snapshot("later", "base", MIB, "P");

    pool.merge("snap", false);
    awaitEnd();

    assertMerged();
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-origin ");
    assertThat(read("later", 0, 32768)).containsOnly(2);
    assertThat(read("later", 40960, 8192)).containsOnly(1);
    assertThat(names()).containsExactly("base", "base-real", "later", "later-cow");
    reopen();
    assertThat(read("later", 0, 32768)).containsOnly(2);
  }

  @Test
  void forced_it_starts_at_once_and_dead_files_fail_and_keep_the_name() throws Exception {
    Device base = device("base");
    Device snap = device("snap");
    base.opened();
    snap.opened();
    long generation = base.generation();

    pool.merge("snap", true);

    assertMerged();
    assertErrno(Errno.EIO, () -> snap.read(0, NativeBuffer.allocate(512), 512));
    assertErrno(Errno.EIO, () -> snap.write(0, NativeBuffer.allocate(512), 512));
    assertThat(base.generation()).isNotEqualTo(generation);
    awaitEnd();
    assertErrno(Errno.EBUSY, () -> snapshot("snap", "base", MIB, "P"));
    snap.released();
    snapshot("snap", "base", MIB, "P");
  }

  @Test
  void what_cannot_be_merged_is_refused() throws Exception {
    snapshot("brief", "base", MIB, "N");

    assertErrno(Errno.ENOENT, () -> pool.merge("none", false));
    assertInvalid("base is not a snapshot", () -> pool.merge("base", false));
    assertInvalid("transient", () -> pool.merge("brief", false));
    snapshot("full", "base", 3 * 8192, "P");
    invalidate("full");
    assertErrno(Errno.EIO, () -> pool.merge("full", true));
  }

  @Test
  void nothing_else_is_done_to_the_two_meanwhile() throws Exception {
    snapshot("other", "base", MIB, "P");
    pool.suspend("base");
    pool.merge("snap", false);

    assertRefusedMeanwhile();
    pool.resume("base");
    awaitEnd();
    device("base").opened();
    pool.merge("other", false);
    assertErrno(Errno.EBUSY, () -> pool.remove("other"));
    assertErrno(Errno.EBUSY, () -> pool.extend("other", MIB, true));
    assertErrno(Errno.EBUSY, () -> pool.merge("other", false));
    assertErrno(Errno.EBUSY, () -> snapshot("new", "base", MIB, "P"));
    device("base").released();
    await(() -> logged().contains("snapshot other into base has finished"));
  }

  private void assertRefusedMeanwhile() {
    assertErrno(Errno.EBUSY, () -> pool.merge("other", false));
    assertErrno(Errno.EBUSY, () -> pool.merge("snap", false));
    assertErrno(Errno.EBUSY, () -> pool.remove("snap"));
    assertErrno(Errno.EBUSY, () -> pool.remove("base"));
    assertErrno(Errno.EBUSY, () -> pool.extend("snap", MIB, true));
    assertErrno(Errno.EBUSY, () -> pool.extend("base", MIB, true));
    assertErrno(Errno.EBUSY, () -> snapshot("snap", "base", MIB, "P"));
    assertErrno(Errno.EBUSY, () -> snapshot("new", "base", MIB, "P"));
  }

  @Test
  void a_snapshot_that_becomes_invalid_while_it_waits_is_not_merged() throws Exception {
    device("base").opened();
    pool.merge("snap", false);

    invalidate("snap");

    await(() -> logged().contains("the merge of snap is dropped"));
    assertThat(table()).doesNotContain("# dmsnap: merge");
    device("base").released();
    assertThat(read("base", 0, 4096)).containsOnly(2);
    pool.remove("snap");
  }

  @Test
  void one_that_fails_says_so_and_the_next_opening_ends_it_once_the_cause_is_gone()
      throws Exception {
    byte[] whole = suspendedMerge();
    Files.write(directory.resolve("snap.cow"), Arrays.copyOf(whole, 16384));
    pool.resume("base");
    await(() -> logged().contains("Merge failed: snapshot snap into base"));

    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-merge Merge failed");
    assertThat(pool.volumes()).allMatch(VolumeReport::mergeFailed);
    assertThat(pool.volumes()).extracting(VolumeReport::percent).containsOnlyNulls();
    write("base", 65536, 0, 512);
    assertThatThrownBy(pool::close).hasMessageContaining("truncated by somebody else");
    Files.write(directory.resolve("snap.cow"), whole);

    open();

    awaitEnd();
    assertMerged();
  }

  @Test
  void the_real_device_is_the_image_underneath_and_not_what_the_merge_shows() throws Exception {
    suspendedMerge();

    byte[] image = Files.readAllBytes(directory.resolve("base.img"));
    assertThat(read("base-real", 0, 4096)).isEqualTo(Arrays.copyOf(image, 4096));
    assertThat(read("base", 0, 4096)).isNotEqualTo(Arrays.copyOf(image, 4096));
  }

  /** Begins a merge that must not move anything yet; returns the COW file. */
  private byte[] suspendedMerge() throws IOException {
    pool.suspend("base");
    pool.merge("snap", false);
    return Files.readAllBytes(directory.resolve("snap.cow"));
  }

  @Test
  void a_sibling_that_cannot_be_loaded_holds_the_merge_until_it_is_removed() throws Exception {
    snapshot("lost", "base", MIB, "P");
    interrupt();
    table(table() + "lost: 0 2048 snapshot base-real lost-cow P 16\n");
    Files.write(directory.resolve("lost.cow"), new byte[] {1, 2, 3});

    open();
    assertMerged();
    assertErrno(Errno.EROFS, () -> write("base", 0, 1, 512));
    assertThat(device("base").status()).startsWith("0 2048 snapshot-merge ");
    pool.remove("lost");

    awaitEnd();
    assertMerged();
  }

  @ParameterizedTest(name = "after {0} changes")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void a_merge_that_is_cut_happens_or_does_not_and_leaves_nothing(int changes) throws Exception {
    pool.close();
    CrashingDirectory crashing = new CrashingDirectory(FileDirectory.lock(directory, false));
    pool = Pool.open(crashing, PoolOptions.DEFAULT, log, StallListener.NONE);
    crashing.crashAfter(changes);
    boolean started = attempt(() -> pool.merge("snap", false));
    if (started) {
      await(() -> crashing.crashed() || logged().contains("has finished"));
    }
    assertThat(attempt(pool::close) || crashing.crashed()).isTrue();
    boolean begun = started || table().contains("snapshot-merge"); // cut right after that

    open();

    // cut between the new table and the sync of its directory, it may have started all the same
    if (begun || pool.device("snap") == null) {
      await(() -> device("base").status().endsWith("linear "));
      assertMerged();
      assertThat(files()).containsExactly("base.img", "pool.table");
    } else {
      assertThat(read("base", 0, 4096)).containsOnly(2);
      assertThat(read("snap", 0, 4096)).containsOnly(1);
    }
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

  private void invalidate(String name) throws IOException {
    SnapshotVolume volume = (SnapshotVolume) device(name);
    Objects.requireNonNull(volume.snapshot()).invalidate("broken by hand");
  }

  private void assertMerged() throws IOException {
    assertThat(read("base", 0, 40960)).containsOnly(1);
    assertThat(read("base", 40960, 8192)).containsOnly(3);
    assertThat(read("base", 49152, 16384)).containsOnly(1);
    assertThat(read("base", 65536, MIB - 65536)).containsOnly(0);
  }

  private void awaitEnd() {
    await(() -> logged().contains("Merge of snapshot snap into base has finished"));
  }

  private static void await(BooleanSupplier reached) {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Something that may be cut. */
  private interface Step {
    void run() throws IOException;
  }

  private static boolean attempt(Step step) throws IOException {
    try {
      step.run();
      return true;
    } catch (ErrnoException failure) {
      assertThat(failure.getMessage()).contains("the power is off");
      return false;
    }
  }

  private static void assertInvalid(String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(errno));
  }
}
