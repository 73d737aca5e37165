package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.EnumSet;
import jnr.constants.platform.Errno;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.volume.VolumeReport;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;

/** The mount option {@code stack}: a snapshot goes beneath those that there are. */
class StackOptionTest extends StackedFixture {

  private static final int ROUNDS = 60;

  @Test
  void each_reads_through_those_that_were_taken_later() throws Exception {
    openWithThree();

    assertThat(names())
        .containsExactly(
            "base",
            "base-real",
            "s1",
            "s1-cow",
            "s2",
            "s2-cow",
            "s2-real",
            "s3",
            "s3-cow",
            "s3-real");
    assertThat(device("s3-real").table()).isEqualTo("0 2048 snapshot base-real s3-cow P 16");
    assertThat(device("s3").table()).isEqualTo("0 2048 snapshot-origin s3-real");
    assertThat(device("s2-real").table()).isEqualTo("0 2048 snapshot s3-real s2-cow P 16");
    assertThat(device("s1").table()).isEqualTo("0 2048 snapshot s2-real s1-cow P 16");
    assertContent();
    reopenStacked();
    assertContent();
    reopen();
    assertContent();
  }

  private void assertContent() throws IOException {
    assertBytes("base", 2, 3, 4, 1);
    assertBytes("s3", 2, 3, 1, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
  }

  @Test
  void what_is_overwritten_is_copied_out_once_to_the_newest() throws Exception {
    openWithThree();

    assertStatus("s1", "snapshot 48/2048 32");
    assertStatus("s2-real", "snapshot 48/2048 32");
    assertStatus("s3-real", "snapshot 48/2048 32");
    write("base", 0, 9, 4 * CHUNK);
    assertStatus("s1", "snapshot 48/2048 32");
    assertStatus("s2-real", "snapshot 48/2048 32");
    assertStatus("s3-real", "snapshot 96/2048 32");
  }

  @Test
  void each_is_listed_as_a_snapshot_of_what_was_named() throws Exception {
    openWithThree();

    assertThat(pool.volumes().stream().map(VolumeReport::origin))
        .containsExactly(null, "base", "base", "base");
    assertThat(pool.volumes().stream().map(VolumeReport::snapshots)).containsExactly(3, 0, 0, 0);
    reopen();
    assertThat(pool.volumes().stream().map(VolumeReport::origin))
        .containsExactly(null, "base", "base", "base");
  }

  @Test
  void the_table_says_what_each_reads_through_and_was_taken_of() throws Exception {
    openWithThree();

    assertThat(table())
        .isEqualTo(
            """
            base: 0 2048 snapshot-origin base-real
            base-real: 0 2048 linear base.img 0
            s3: 0 2048 snapshot base-real s3-cow P 16
            s3-cow: 0 2048 linear s3.cow 0
            # dmsnap: taken s2 of base
            s2: 0 2048 snapshot s3-real s2-cow P 16
            s2-cow: 0 2048 linear s2.cow 0
            # dmsnap: taken s1 of base
            s1: 0 2048 snapshot s2-real s1-cow P 16
            s1-cow: 0 2048 linear s1.cow 0
            """);
  }

  @Test
  void without_it_a_further_one_is_independent_and_with_it_again_beneath_both() throws Exception {
    openWithThree();
    reopen();

    snapshot("s4", "base", MIB, "P");
    write("base", 0, 5, CHUNK);

    assertThat(device("s4").table()).isEqualTo("0 2048 snapshot base-real s4-cow P 16");
    assertStatus("s4", "snapshot 48/2048 32");
    assertStatus("s3-real", "snapshot 64/2048 32");
    reopenStacked();
    snapshot("s5", "base", MIB, "P");
    write("base", 0, 6, 4 * CHUNK);
    assertThat(device("s4").table()).isEqualTo("0 2048 snapshot s5-real s4-cow P 16");
    assertThat(device("s3-real").table()).isEqualTo("0 2048 snapshot s5-real s3-cow P 16");
    assertStatus("s4", "snapshot 48/2048 32");
    assertStatus("s5-real", "snapshot 96/2048 32");
    assertBytes("s5", 5, 3, 4, 1);
    assertBytes("s4", 2, 3, 4, 1);
    assertBytes("s3", 2, 3, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
  }

  @Test
  void own_writes_change_one_alone() throws Exception {
    openWithThree();

    write("s2", 0, 7, 2 * CHUNK);
    write("s3", CHUNK, 8, 2 * CHUNK);
    write("s1", 3 * CHUNK, 9, CHUNK);

    assertBytes("base", 2, 3, 4, 1);
    assertBytes("s3", 2, 8, 8, 1);
    assertBytes("s2", 7, 7, 1, 1);
    assertBytes("s1", 1, 1, 1, 9);
    reopenStacked();
    assertBytes("s3", 2, 8, 8, 1);
    assertBytes("s2", 7, 7, 1, 1);
    assertBytes("s1", 1, 1, 1, 9);
  }

  @Test
  void what_was_written_to_one_and_not_flushed_moves_with_it() throws Exception {
    open(STACK);
    pool.create("base", MIB);
    snapshot("s1", "base", MIB, "P");
    snapshot("t", "s1", MIB, "P");
    write("s1", 0, 7, CHUNK); // waits in memory, for t

    snapshot("s2", "base", MIB, "P");

    assertBytes("s1", 7, 0);
    assertBytes("t", 0, 0);
    assertBytes("s2", 0, 0);
    reopenStacked();
    assertBytes("s1", 7, 0);
    assertBytes("t", 0, 0);
  }

  @Test
  void one_of_a_snapshot_goes_beneath_those_of_that() throws Exception {
    openWithThree();

    write("s1", 0, 7, CHUNK);
    snapshot("t1", "s1", MIB, "P");
    write("s1", 0, 8, CHUNK);
    snapshot("t2", "s1", MIB, "P");
    write("s1", 0, 9, CHUNK);

    assertThat(device("t1").table()).isEqualTo("0 2048 snapshot t2-real t1-cow P 16");
    assertThat(device("t2-real").table()).isEqualTo("0 2048 snapshot s1-real t2-cow P 16");
    assertThat(table()).contains("# dmsnap: taken t1 of s1\n");
    assertBytes("t1", 7, 1, 1, 1);
    assertBytes("t2", 8, 1, 1, 1);
    assertBytes("s1", 9, 1, 1, 1);
  }

  @Test
  void chunk_sizes_may_differ() throws Exception {
    open(STACK);
    pool.create("base", MIB);
    write("base", 0, 1, 8 * CHUNK);
    int[] chunks = {128, 1, 16, 64, 8};
    for (int i = 0; i < chunks.length; i++) {
      pool.snapshot(request("s" + i, "P", chunks[i]));
      write("base", 2L * i * 4096, 10 + i, 4096);
    }

    for (int i = 0; i < chunks.length; i++) {
      for (int j = 0; j < chunks.length; j++) {
        assertThat(read("s" + i, 2L * j * 4096, 4096))
            .as("s%s, block %s", i, j)
            .containsOnly(j < i ? 10 + j : 1);
      }
    }
    pool.remove("s2");
    awaitGone("s2");
    assertThat(read("s1", 2L * 4096, 4096)).containsOnly(1);
    assertThat(read("s1", 0, 4096)).containsOnly(10);
  }

  private static SnapshotRequest request(String name, String type, int chunk) {
    return new SnapshotRequest(
        name, "base", MIB, ExceptionStoreType.of(type), chunk, EnumSet.noneOf(Feature.class));
  }

  @Test
  void what_reads_through_others_is_persistent() throws Exception {
    openWithThree();
    isRefused(() -> snapshot("n", "base", MIB, "N"), "n would be transient (N)");

    pool.create("other", MIB);
    snapshot("n", "other", MIB, "N");
    isRefused(() -> snapshot("m", "other", MIB, "P"), "m would go beneath n, which is transient");
    isRefused(() -> snapshot("m", "other", MIB, "N"), "m would be transient (N)");
    pool.remove("n");
    snapshot("m", "other", MIB, "P");
    assertThat(files()).contains("m.cow").doesNotContain("n.cow", ".m.cow.new");
  }

  @Test
  void the_33rd_is_refused_until_the_oldest_is_removed_which_copies_nothing() throws Exception {
    open(STACK);
    pool.create("base", MIB);
    for (int hour = 1; hour <= 32; hour++) {
      write("base", 0, hour, CHUNK);
      snapshot("h" + hour, "base", MIB, "P");
    }
    isRefused(
        () -> snapshot("h33", "base", MIB, "P"),
        "h1 reads through 31 other snapshots already, and a stack has at most 32");
    assertThat(files()).doesNotContain(".h33.cow.new");

    pool.remove("h1");
    snapshot("h33", "base", MIB, "P");
    write("base", 0, 99, CHUNK);

    assertStatus("h2", "snapshot 48/2048 32");
    for (int hour = 2; hour <= 32; hour++) {
      assertBytes("h" + hour, hour);
    }
    assertBytes("h33", 32);
  }

  @Test
  void the_newest_is_removed_while_writers_go_on() throws Exception {
    open(STACK);
    pool.create("base", MIB);
    try (BaseWriter writer = new BaseWriter()) {
      snapshot("oldest", "base", MIB, "P");
      byte[] content = read("oldest", 0, MIB);
      for (int round = 0; round < ROUNDS; round++) {
        snapshot("x" + round, "base", MIB, "P");
        byte[] seen = read("x" + round, 0, MIB);
        if (round > 0) {
          pool.remove("x" + (round - 1));
        }
        assertThat(Arrays.mismatch(read("x" + round, 0, MIB), seen)).isEqualTo(-1);
        assertThat(Arrays.mismatch(read("oldest", 0, MIB), content))
            .as("round %s", round)
            .isEqualTo(-1);
        await(() -> pool.volumes().size() < 8, "removals");
      }
      assertThat(Arrays.mismatch(read("oldest", 0, MIB), content)).isEqualTo(-1);
      writer.check();
    }
  }

  @Test
  void several_that_are_removed_at_once_all_go() throws Exception {
    openWithThree();
    pool.suspend("base"); // which holds it
    pool.remove("s3");
    pool.remove("s2");
    pool.resume("base");

    awaitGone("s2", "s3");

    assertBytes("s1", 1, 1, 1, 1);
    assertThat(table()).doesNotContain("taken");
    assertThat(device("s1").table()).isEqualTo("0 2048 snapshot base-real s1-cow P 16");
  }

  @Test
  void a_snapshot_goes_beneath_one_that_is_being_removed() throws Exception {
    openWithThree();
    pool.suspend("base");
    pool.remove("s3");
    snapshot("s4", "base", MIB, "P");
    pool.resume("base");

    awaitGone("s3");

    assertThat(device("s2-real").table()).isEqualTo("0 2048 snapshot s4-real s2-cow P 16");
    write("base", 0, 9, 4 * CHUNK);
    assertBytes("s4", 2, 3, 4, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
  }

  @Test
  void none_goes_beneath_others_while_one_of_them_merges_or_is_due_to() throws Exception {
    openWithThree();
    device("base").opened();
    pool.merge("s1", false);

    refuses(Errno.EBUSY, () -> snapshot("s4", "base", MIB, "P"), "s1 merges into base or is due");
    device("base").released();
    awaitGone("s1");
  }

  @Test
  void one_that_becomes_invalid_takes_the_older_ones_with_it() throws Exception {
    open(notExtended(OverflowPolicy.INVALIDATE));
    pool.create("base", MIB);
    snapshot("s1", "base", MIB, "P");
    snapshot("s2", "base", 3 * CHUNK, "P");
    snapshot("s3", "base", MIB, "P");
    pool.remove("s3");
    awaitGone("s3");

    write("base", 0, 3, 2 * CHUNK);

    assertStatus("s2-real", "snapshot Invalid");
    assertStatus("s1", "snapshot Invalid");
    assertThat(logged()).contains("Snapshot s1 became Invalid: What it reads through is Invalid");
    assertThat(Files.readAllBytes(directory.resolve("s1.cow"))[4]).isZero();
  }

  @Test
  void a_write_that_the_newest_cannot_follow_is_refused_if_so_asked() throws Exception {
    open(notExtended(OverflowPolicy.REFUSE));
    pool.create("base", MIB);
    snapshot("s1", "base", MIB, "P");
    snapshot("s2", "base", 3 * CHUNK, "P");
    write("base", 0, 3, CHUNK);

    refuses(Errno.ENOSPC, () -> write("base", CHUNK, 4, CHUNK), "is full");

    assertBytes("s1", 0, 0);
    assertBytes("s2", 0, 0);
    pool.extend("s2", CHUNK, true);
    write("base", CHUNK, 4, CHUNK);
    assertBytes("s1", 0, 0);
    assertBytes("base", 3, 4);
  }

  @Test
  void a_stack_that_somebody_wrote_by_hand_is_one_of_what_its_lines_name() throws Exception {
    openWithThree();
    pool.close();
    table(
        """
        s1: 0 2048 snapshot s2-real s1-cow P 16
        s2: 0 2048 snapshot-origin s2-real
        s2-real: 0 2048 snapshot s3-real s2-cow P 16
        # dmsnap: taken s2 of base
        s3: 0 2048 snapshot-origin s3-real
        s3-real: 0 2048 snapshot base-real s3-cow P 16
        base: 0 2048 snapshot-origin base-real
        base-real: 0 2048 linear base.img 0
        """);

    open(STACK);

    assertContent();
    assertThat(pool.volumes().stream().map(VolumeReport::origin))
        .containsExactly(null, "s2", "base", "base");
  }

  @Test
  void nothing_is_handed_down_to_one_that_could_not_be_loaded() throws Exception {
    openWithThree();
    pool.close();
    Files.move(directory.resolve("s1.cow"), directory.resolve("elsewhere"));
    open(STACK);

    refuses(Errno.EBUSY, () -> pool.remove("s2"), "nothing can be handed down to s1");
    refuses(Errno.EBUSY, () -> pool.merge("s2", false), "nothing can be handed down to s1");

    pool.close();
    Files.move(directory.resolve("elsewhere"), directory.resolve("s1.cow"));
    open(STACK);
    assertContent();
  }

  @Test
  void one_that_is_reset_becomes_the_newest_and_the_others_read_through_it() throws Exception {
    openWithThree();

    pool.reset("s1");

    assertBytes("s1", 2, 3, 4, 1);
    assertThat(device("s1-real").table()).isEqualTo("0 2048 snapshot base-real s1-cow P 16");
    assertThat(device("s3-real").table()).isEqualTo("0 2048 snapshot s1-real s3-cow P 16");
    write("base", 0, 9, 4 * CHUNK);
    assertStatus("s1-real", "snapshot 96/2048 32");
    assertBytes("s1", 2, 3, 4, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
    reopenStacked();
    assertBytes("s1", 2, 3, 4, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
    refuses(Errno.EBUSY, () -> pool.reset("s1"), "s1 cannot be reset while it has snapshots");
  }

  @Test
  void without_it_one_that_is_reset_is_independent() throws Exception {
    openWithThree();
    reopen();

    pool.reset("s1");

    assertThat(device("s1").table()).isEqualTo("0 2048 snapshot base-real s1-cow P 16");
    write("base", 0, 9, 4 * CHUNK);
    assertBytes("s1", 2, 3, 4, 1);
    assertBytes("s2", 2, 1, 1, 1);
    reopen();
    assertBytes("s1", 2, 3, 4, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
  }
}
