package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Arrays;
import jnr.constants.platform.Errno;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.volume.VolumeReport;
import org.junit.jupiter.api.Test;

/** Merges of snapshots that others read through, or that read through others. */
class StackMergeTest extends StackedFixture {

  @Test
  void the_oldest_of_a_stack_brings_its_origin_to_what_it_reads() throws Exception {
    openWithThree();

    pool.merge("s1", false);

    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
    reopenStacked();
    assertBytes("base", 1, 1, 1, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
    assertThat(files()).containsExactly("base.img", "pool.table", "s2.cow", "s3.cow");
  }

  @Test
  void one_in_the_middle_leaves_those_on_both_sides_as_they_are() throws Exception {
    openWithThree();
    write("s2", 3 * CHUNK, 7, CHUNK);

    pool.merge("s2", false);

    awaitGone("s2");
    assertBytes("base", 2, 1, 1, 7);
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
    assertThat(device("s1").table()).isEqualTo("0 2048 snapshot s3-real s1-cow P 16");
    reopenStacked();
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
  }

  @Test
  void the_newest_leaves_the_older_ones_as_they_are() throws Exception {
    openWithThree();

    pool.merge("s3", false);

    awaitGone("s3");
    assertBytes("base", 2, 3, 1, 1);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
    assertThat(device("s2-real").table()).isEqualTo("0 2048 snapshot base-real s2-cow P 16");
  }

  @Test
  void one_that_others_were_taken_of_leaves_them_as_snapshots_of_its_origin() throws Exception {
    open();
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
    snapshot("s", "base", MIB, "P");
    write("s", 0, 2, CHUNK);
    snapshot("t", "s", MIB, "P");
    snapshot("u", "t", MIB, "P");
    write("s", CHUNK, 3, CHUNK);

    pool.merge("s", false);

    awaitGone("s");
    assertBytes("base", 2, 3, 1, 1);
    assertBytes("t", 2, 1, 1, 1);
    assertBytes("u", 2, 1, 1, 1);
    assertThat(pool.volumes().stream().map(VolumeReport::origin))
        .containsExactly(null, "base", "t");
    reopen();
    assertBytes("t", 2, 1, 1, 1);
    assertBytes("u", 2, 1, 1, 1);
  }

  @Test
  void one_of_a_snapshot_merges_into_that_past_what_it_reads_through() throws Exception {
    openWithThree();
    snapshot("t1", "s2", MIB, "P"); // beneath s1, which reads through s2
    write("s2", 0, 8, 2 * CHUNK);
    write("t1", CHUNK, 9, CHUNK);
    snapshot("t2", "s2", MIB, "P");
    write("s2", 2 * CHUNK, 5, CHUNK);

    pool.merge("t1", false);

    awaitGone("t1");
    assertBytes("s2", 2, 9, 1, 1);
    assertBytes("t2", 8, 8, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("base", 2, 3, 4, 1);
  }

  @Test
  void until_it_starts_the_snapshot_is_listed_as_merging_and_the_table_says_so() throws Exception {
    openWithThree();
    pool.suspend("base"); // which holds it

    pool.merge("s1", false);

    assertThat(names()).contains("s1");
    assertThat(pool.volumes().stream().filter(VolumeReport::merging).map(VolumeReport::name))
        .containsExactly("base", "s1");
    assertThat(table())
        .contains(
            "# dmsnap: taken s1 of base\n# dmsnap: merge s1 when base and it are closed\ns1: 0 ");
    assertThat(logged()).contains("Delaying merge of s1 into base: first what others read in it");
    refuses(Errno.EBUSY, () -> pool.merge("s1", false), "is due or under way already");
    refuses(Errno.EBUSY, () -> pool.merge("s2", false), "wait for that");
    refuses(Errno.EBUSY, () -> pool.remove("s1"), "Can't remove merging snapshot");
    refuses(Errno.EBUSY, () -> snapshot("t", "s1", MIB, "P"), "s1 is due to merge into base");
    pool.extend("s1", CHUNK, true);
    pool.resume("base");
    awaitGone("s1");
    assertThat(logged()).contains("all that s1, which is due to merge, read in others is its own");
  }

  @Test
  void one_that_was_cut_goes_on_with_the_next_mount() throws Exception {
    openWithThree();
    pool.suspend("base");
    pool.merge("s2", false);
    pool.close();

    open();

    awaitGone("s2");
    assertBytes("base", 2, 1, 1, 1);
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
  }

  @Test
  void once_all_is_its_own_it_waits_until_both_are_closed() throws Exception {
    openWithThree();
    device("base").opened();
    device("s1").opened();
    pool.merge("s1", false);
    awaitLine("s1", "0 2048 snapshot base-real s1-cow P 16");

    write("base", 3 * CHUNK, 6, CHUNK);
    write("s1", 3 * CHUNK, 7, CHUNK);

    assertBytes("base", 2, 3, 4, 6);
    device("base").released();
    assertThat(names()).contains("s1");
    device("s1").released();
    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 7);
    assertBytes("s2", 2, 1, 1, 1);
    assertBytes("s3", 2, 3, 1, 1);
  }

  @Test
  void by_force_it_starts_as_soon_as_all_is_its_own() throws Exception {
    openWithThree();
    device("base").opened();
    device("s1").opened();

    pool.merge("s1", true);

    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 1);
    assertThat(logged()).contains("keep what they have cached: unmount them before they write");
    device("base").released();
  }

  @Test
  void force_may_come_later() throws Exception {
    openWithThree();
    device("base").opened();
    pool.merge("s1", false);
    awaitLine("s1", "0 2048 snapshot base-real s1-cow P 16");

    pool.merge("s1", true);

    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 1);
    device("base").released();
  }

  @Test
  void without_room_nothing_happens() throws Exception {
    open(notExtended(OverflowPolicy.INVALIDATE));
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
    snapshot("s1", "base", 3 * CHUNK, "P");
    snapshot("s2", "base", MIB, "P");
    write("base", 0, 2, 2 * CHUNK);
    write("s2", 3 * CHUNK, 5, CHUNK); // fills s1
    String before = table();

    refuses(Errno.ENOSPC, () -> pool.merge("s1", false), "it has no room for what it reads in");
    refuses(Errno.ENOSPC, () -> pool.merge("s2", false), "what reads through it has no room");

    assertThat(table()).isEqualTo(before);
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("s2", 1, 1, 1, 5);
    pool.extend("s1", 4 * CHUNK, true);
    pool.merge("s1", false);
    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 1);
  }

  @Test
  void into_a_snapshot_without_room_nothing_happens() throws Exception {
    open(notExtended(OverflowPolicy.INVALIDATE));
    pool.create("base", MIB);
    snapshot("s", "base", 3 * CHUNK, "P");
    snapshot("t", "s", MIB, "P");
    write("t", 0, 5, 2 * CHUNK);

    refuses(Errno.ENOSPC, () -> pool.merge("t", false), "s has no room for what it gets");

    assertBytes("s", 0, 0);
    pool.extend("s", CHUNK, true);
    pool.merge("t", false);
    awaitGone("t");
    assertBytes("s", 5, 5, 0);
  }

  @Test
  void it_is_dropped_if_the_snapshot_has_become_invalid() throws Exception {
    openWithThree();
    pool.suspend("base");
    pool.merge("s1", false);
    pool.close();
    byte[] cow = Files.readAllBytes(directory.resolve("s2.cow"));
    cow[4] = 0; // as a copy-out that finds no room does
    Files.write(directory.resolve("s2.cow"), cow);

    open();

    assertThat(logged()).contains("the merge of s1 is dropped, as it has become Invalid");
    assertThat(table()).contains("# dmsnap: taken s1 of base\n").doesNotContain("merge s1");
    assertStatus("s1", "snapshot Invalid");
    assertBytes("base", 2, 3, 4, 1);
    assertBytes("s3", 2, 3, 1, 1);
  }

  @Test
  void others_may_be_removed_meanwhile() throws Exception {
    openWithThree();
    pool.suspend("base");
    pool.merge("s1", false);
    pool.remove("s2");
    pool.remove("s3");
    pool.resume("base");

    awaitGone("s1", "s2", "s3");

    assertBytes("base", 1, 1, 1, 1);
    assertThat(files()).containsExactly("base.img", "pool.table");
  }

  @Test
  void writers_go_on_meanwhile() throws Exception {
    open(STACK);
    pool.create("base", MIB);
    try (BaseWriter writer = new BaseWriter()) {
      for (int round = 0; round < 30; round++) {
        for (String name : new String[] {"a", "b", "c"}) {
          snapshot(name, "base", MIB, "P");
        }
        byte[] a = read("a", 0, MIB);
        byte[] c = read("c", 0, MIB);
        pool.merge("b", true);
        awaitGone("b");
        assertThat(Arrays.mismatch(read("a", 0, MIB), a)).as("round %s", round).isEqualTo(-1);
        assertThat(Arrays.mismatch(read("c", 0, MIB), c)).as("round %s", round).isEqualTo(-1);
        pool.remove("c");
        awaitGone("c");
        assertThat(Arrays.mismatch(read("a", 0, MIB), a)).as("round %s", round).isEqualTo(-1);
        pool.remove("a");
      }
      writer.check();
    }
  }
}
