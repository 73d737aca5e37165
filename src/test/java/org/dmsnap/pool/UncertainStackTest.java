package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a snapshot reads through cannot be told, as a disk fails when the table is replaced: it is
 * copied out to so that it is right whichever of the two tables a power cut leaves.
 */
class UncertainStackTest extends StackedFixture {

  private VolatileDirectory disk = new VolatileDirectory();
  private final AtomicBoolean broken = new AtomicBoolean();

  private void openOnDisk() throws IOException {
    disk = new VolatileDirectory();
    pool = Pool.open(disk, STACK, log, StallListener.NONE);
    pool.create("base", MIB);
    write("base", 0, 1, 4 * CHUNK);
    snapshot("s1", "base", MIB, "P");
    write("base", 0, 2, CHUNK);
    snapshot("s2", "base", MIB, "P");
    write("base", CHUNK, 3, CHUNK);
  }

  /** From the next table that is about to have {@code words} on, no change of names is synced. */
  private void breakOnTableWithout(String words) {
    disk.watch(
        change -> {
          boolean replaced = change.matches("rename .* to pool.table");
          broken.compareAndSet(false, replaced && !newTable().contains(words));
          if (broken.get() && change.startsWith("sync of the dir")) {
            throw new ErrnoException(Errno.EIO, change + " was to fail");
          }
        });
  }

  private String newTable() throws IOException {
    String text = disk.readText(".pool.table.new");
    return text == null ? "" : text;
  }

  private void assertOnWhatIsLeft(VolatileDirectory.Loss loss) throws IOException {
    write("base", 0, 9, 4 * CHUNK);
    device("base").flush();
    for (int seed = 0; seed < 8; seed++) {
      VolatileDirectory left = disk.cut(loss, new Random(seed));
      try (Pool after = Pool.open(left, readOnly(), log, StallListener.NONE)) {
        Pool before = pool;
        pool = after;
        if (after.device("s1") != null) {
          assertBytes("s1", 1, 1, 1, 1);
        }
        if (after.device("s2") != null) {
          assertBytes("s2", 2, 1, 1, 1);
        }
        pool = before;
      }
    }
    disk.watch(change -> {});
    pool.create("next", MIB); // a command has it tried again
  }

  @ParameterizedTest
  @EnumSource
  void a_snapshot_that_was_not_taken_costs_those_above_it_nothing(VolatileDirectory.Loss loss)
      throws Exception {
    openOnDisk();
    breakOnTableWithout("nothing");

    assertThatThrownBy(() -> snapshot("s3", "base", MIB, "P")).isInstanceOf(ErrnoException.class);

    assertThat(names()).doesNotContain("s3");
    assertThat(logged()).contains("s3 was not taken, and that cannot be written to the disk");
    assertOnWhatIsLeft(loss);
    awaitGone("s3");
    snapshot("s3", "base", MIB, "P");
    assertBytes("s1", 1, 1, 1, 1);
    assertBytes("s3", 9, 9, 9, 9);
  }

  @ParameterizedTest
  @EnumSource
  void a_removal_that_may_have_happened_costs_those_above_it_nothing(VolatileDirectory.Loss loss)
      throws Exception {
    openOnDisk();
    breakOnTableWithout("s2");

    pool.remove("s2");

    await(() -> logged().contains("it is tried again"), "the failure");
    assertOnWhatIsLeft(loss);
    awaitGone("s2");
    write("base", 0, 8, 4 * CHUNK);
    assertBytes("s1", 1, 1, 1, 1);
  }

  @ParameterizedTest
  @EnumSource
  void what_may_have_been_flattened_is_right_either_way(VolatileDirectory.Loss loss)
      throws Exception {
    openOnDisk();
    device("base").opened();
    breakOnTableWithout("taken s1");

    pool.merge("s1", false);

    await(() -> logged().contains("it is tried again"), "the failure");
    write("s2", 2 * CHUNK, 1, CHUNK); // what it held: for s1 alone it makes a difference
    assertOnWhatIsLeft(loss);
    device("base").released();
    awaitGone("s1");
    assertBytes("base", 1, 1, 1, 1);
  }
}
