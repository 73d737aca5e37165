package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command, cut after each of its changes to the directory. */
class PoolCrashTest extends PoolFixture {

  private static final int ENOUGH = 12;
  private static final String FULL = "0 2048 snapshot 48/2048 32";
  private static final String EMPTY = "0 2048 snapshot 32/2048 32";

  /** A command that may be cut. */
  private interface Command {
    void run() throws IOException;
  }

  @ParameterizedTest(name = "after {0} changes")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_creation_that_is_cut_happens_or_does_not(int changes) throws Exception {
    prepare();

    cut(changes, () -> pool.create("new", MIB));

    assertThat(names())
        .isIn(
            List.of("base", "base-real", "old", "old-cow"),
            List.of("base", "base-real", "new", "old", "old-cow"));
    assertNothingOrphaned();
  }

  @ParameterizedTest(name = "after {0} changes")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_snapshot_that_is_cut_happens_or_does_not(int changes) throws Exception {
    prepare();

    cut(changes, () -> snapshot("new", "base", MIB, "P"));

    assertThat(names())
        .isIn(
            List.of("base", "base-real", "old", "old-cow"),
            List.of("base", "base-real", "new", "new-cow", "old", "old-cow"));
    assertNothingOrphaned();
  }

  @ParameterizedTest(name = "after {0} changes")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_removal_that_is_cut_happens_or_does_not(int changes) throws Exception {
    prepare();

    cut(changes, () -> pool.remove("old"));

    assertThat(names()).isIn(List.of("base", "base-real", "old", "old-cow"), List.of("base"));
    assertNothingOrphaned();
  }

  @ParameterizedTest(name = "after {0} changes")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_reset_that_is_cut_happens_or_does_not(int changes) throws Exception {
    prepare();

    cut(changes, () -> pool.reset("old"));

    assertThat(names()).containsExactly("base", "base-real", "old", "old-cow");
    if (logged().contains("it could not be listed")) { // its files work, the directory does not
      assertThat(device("old").status()).endsWith("Invalid");
    } else {
      assertThat(device("old").status()).isIn(FULL, EMPTY);
      int held = device("old").status().equals(FULL) ? 0 : 5;
      assertThat(read("old", 0, 8192)).containsOnly(held);
    }
    assertThat(files()).containsExactly("base.img", "old.cow", "pool.table");
  }

  @ParameterizedTest(name = "at change {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_reset_in_which_a_change_fails_is_undone_or_done(int change) throws Exception {
    prepare();
    CrashingDirectory failing = new CrashingDirectory(FileDirectory.lock(directory, false));
    pool = Pool.open(failing, PoolOptions.DEFAULT, log, StallListener.NONE);
    failing.failAfter(change);

    boolean done = attempt(() -> pool.reset("old"));

    failing.failAfter(Integer.MAX_VALUE);
    assertThat(device("old").status()).isEqualTo(done ? EMPTY : FULL);
    write("base", 0, 7, 8192);
    assertThat(read("old", 0, 8192)).containsOnly(done ? 5 : 0);
    reopen();
    assertThat(read("old", 0, 8192)).containsOnly(done ? 5 : 0);
    assertThat(files()).containsExactly("base.img", "old.cow", "pool.table");
  }

  @ParameterizedTest(name = "at change {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_creation_in_which_a_change_fails_is_undone_or_done(int change) throws Exception {
    fail(change, () -> pool.create("new", MIB));
  }

  @ParameterizedTest(name = "at change {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_snapshot_in_which_a_change_fails_is_undone_or_done(int change) throws Exception {
    fail(change, () -> snapshot("new", "base", MIB, "P"));
  }

  @ParameterizedTest(name = "at change {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ENOUGH})
  void a_removal_in_which_a_change_fails_is_undone_or_done(int change) throws Exception {
    fail(change, () -> pool.remove("old"));
  }

  /** Runs {@code command} with one change failing: it is done or not, now and after a reopening. */
  private void fail(int change, Command command) throws IOException {
    prepare();
    CrashingDirectory failing = new CrashingDirectory(FileDirectory.lock(directory, false));
    pool = Pool.open(failing, PoolOptions.DEFAULT, log, StallListener.NONE);
    List<String> before = names();
    failing.failAfter(change);
    boolean done = attempt(command);
    failing.failAfter(Integer.MAX_VALUE);
    assertThat(names().equals(before)).isNotEqualTo(done);
    List<String> after = names();
    if (!done) {
      command.run();
      after = names();
    }

    reopen();

    assertThat(names()).isEqualTo(after).isNotEqualTo(before);
    assertNothingOrphaned();
  }

  private void prepare() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("old", "base", MIB, "P");
    write("base", 0, 5, 8192);
    pool.close();
  }

  /** Runs {@code command} with the power going off, then opens the pool as it was left. */
  private void cut(int changes, Command command) throws IOException {
    CrashingDirectory crashing = new CrashingDirectory(FileDirectory.lock(directory, false));
    pool = Pool.open(crashing, PoolOptions.DEFAULT, log, StallListener.NONE);
    crashing.crashAfter(changes);
    boolean done = attempt(command);
    assertThat(done || crashing.crashed()).isTrue();
    closedOrNot();
    open();
  }

  private void closedOrNot() throws IOException {
    boolean clean = attempt(pool::close);
    if (!clean) {
      log.info("the stop was cut, too");
    }
  }

  private static boolean attempt(Command command) throws IOException {
    try {
      command.run();
      return true;
    } catch (ErrnoException failure) {
      assertThat(failure.getMessage()).contains("the power is off");
      return false;
    }
  }

  private void assertNothingOrphaned() throws IOException {
    for (String file : files()) {
      assertThat(file).doesNotStartWith(".");
      if (file.endsWith(".cow")) {
        assertThat(names()).contains(file.replace(".cow", "-cow"));
      } else if (file.endsWith(".img")) {
        assertThat(names()).contains(file.replace(".img", ""));
      }
    }
    if (names().contains("old")) {
      assertThat(read("old", 0, 8192)).containsOnly(0);
    }
    assertThat(read("base", 0, 8192)).containsOnly(5);
  }
}
