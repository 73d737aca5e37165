package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens while a snapshot fills. */
class SnapshotWatchTest extends PoolFixture {

  private static final int CHUNK = 8192;

  @Test
  void without_extension_it_is_warned_of_and_then_invalid_for_good() throws Exception {
    openWithSnapshot(100, OverflowPolicy.INVALIDATE);

    fill(24);

    assertThat(logged())
        .contains("80% full", "85% full", "90% full", "95% full")
        .contains("Snapshot snap became Invalid: Unable to allocate exception");
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(read("base", 23 * CHUNK, 512)).containsOnly(5);
    reopen();
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot Invalid");
    assertThat(device("base").writable()).isTrue();
  }

  @Test
  void each_warning_is_given_once_for_each_size() throws Exception {
    openWithSnapshot(100, OverflowPolicy.INVALIDATE);
    pool.remove("snap");
    snapshot("snap", "base", 50 * CHUNK, "P");

    fill(45); // and two of metadata; 5 % are more than two chunks

    assertThat(warnings()).containsExactly("80", "85", "90");
    pool.extend("snap", 25 * CHUNK, true);
    fill(62);
    assertThat(warnings()).containsExactly("80", "85", "90", "80", "85");
  }

  private List<String> warnings() {
    return Pattern.compile("([0-9]+)% full")
        .matcher(logged())
        .results()
        .map(r -> r.group(1))
        .toList();
  }

  @Test
  void a_percentage_is_told_when_it_is_reached_and_not_a_sector_before() throws Exception {
    openWithSnapshot(100, OverflowPolicy.INVALIDATE);
    pool.remove("snap");
    snapshot("snap", "base", 301 * 512, "P"); // of which 80 % are 240.8

    fill(13); // and two of metadata

    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 240/301 32");
    assertThat(logged()).doesNotContain("% full");
    fill(14);
    assertThat(logged()).contains("% full");
  }

  @Test
  void extended_it_is_not_warned_of_and_listed_at_its_new_size() throws Exception {
    openWithSnapshot(70, OverflowPolicy.INVALIDATE);

    fill(40);

    assertThat(logged()).doesNotContain("% full").contains("Snapshot snap extended from 320s to");
    long sectors = device("snap-cow").size() / 512;
    pool.close();
    assertThat(table()).contains("snap-cow: 0 " + sectors + " linear");
  }

  @Test
  void a_level_that_a_refused_write_would_have_reached_is_not_logged() throws Exception {
    openWithSnapshot(100, OverflowPolicy.REFUSE);
    fill(10);

    fails(Errno.ENOSPC, () -> write("base", 10 * CHUNK, 5, 20 * CHUNK));

    fails(Errno.ENOSPC, () -> write("base", 10 * CHUNK, 5, 20 * CHUNK));

    assertThat(logged()).doesNotContain("% full").containsOnlyOnce("snap finds no space");
    fill(14);
    assertThat(logged()).contains("is now 80% full").doesNotContain("85%");
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 70, 99})
  void many_writers_at_once_do_not_fill_what_could_have_grown(int threshold) throws Exception {
    open(new PoolOptions(false, false, threshold, 1, OverflowPolicy.INVALIDATE));
    pool.create("base", 4 * MIB);
    snapshot("snap", "base", 3 * CHUNK, "P");

    inThreads(8, thread -> fill("base", thread * 64 * CHUNK, 64));

    assertThat(device("snap").status()).isNotEqualTo("0 8192 snapshot Invalid");
    assertThat(read("snap", 0, 4 * MIB)).containsOnly(0);
  }

  @Test
  void a_discard_extends_no_snapshot_and_one_within_the_threshold_is_done() throws Exception {
    openWithData(70, 16);
    fill(8); // and two of metadata, of 20
    String table = device("snap-cow").table();

    fails(Errno.EOPNOTSUPP, () -> device("base").discard(8 * CHUNK, 5 * CHUNK));
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 160/320 32");
    device("base").discard(8 * CHUNK, 4 * CHUNK);

    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 224/320 32");
    fails(Errno.EOPNOTSUPP, () -> device("base").discard(12 * CHUNK, CHUNK));
    device("base").discard(0, 12 * CHUNK);
    assertThat(read("base", 0, 12 * CHUNK)).containsOnly(0);
    assertThat(device("snap-cow").table()).isEqualTo(table);
  }

  @Test
  void a_discard_extends_no_snapshot_that_is_beyond_the_threshold_already() throws Exception {
    openWithData(100, 17);
    fill(16);
    pool.close();
    open(new PoolOptions(false, false, 50, 20, OverflowPolicy.INVALIDATE));

    fails(Errno.EOPNOTSUPP, () -> device("base").discard(16 * CHUNK, CHUNK));

    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 288/320 32");
  }

  @Test
  void discards_among_many_writers_leave_a_snapshot_what_it_was() throws Exception {
    openWithSnapshot(70, OverflowPolicy.INVALIDATE);
    fill(20);
    snapshot("late", "base", 4 * CHUNK, "P");

    inThreads(
        6,
        thread -> {
          for (int chunk = 0; chunk < 20; chunk++) {
            int mine = thread * 20 + chunk;
            if (mine % 2 == 0) {
              write("base", mine * CHUNK, 6, CHUNK);
            } else {
              discardIfPossible(mine * CHUNK, CHUNK);
            }
          }
        });

    assertThat(read("late", 0, 20 * CHUNK)).containsOnly(5);
    assertThat(read("late", 20 * CHUNK, MIB - 20 * CHUNK)).containsOnly(0);
    assertThat(logged()).doesNotContain("Invalid");
  }

  private void discardIfPossible(long position, int length) throws IOException {
    try {
      device("base").discard(position, length);
      assertThat(read("base", position, length)).containsOnly(0);
    } catch (ErrnoException refused) {
      assertThat(refused.errno()).isEqualTo(Errno.EOPNOTSUPP);
    }
  }

  private static void fails(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** What one of several threads does. */
  private interface Work {
    void run(int thread) throws IOException;
  }

  private static void inThreads(int count, Work work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        running.add(
            threads.submit(
                () -> {
                  work.run(thread);
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void openWithSnapshot(int threshold, OverflowPolicy overflow) throws Exception {
    open(new PoolOptions(false, false, threshold, 20, overflow));
    pool.create("base", MIB);
    snapshot("snap", "base", 20 * CHUNK, "P");
  }

  /** As above, of an origin that begins with chunks which a discard must copy out. */
  private void openWithData(int threshold, int chunks) throws Exception {
    openWithSnapshot(threshold, OverflowPolicy.INVALIDATE);
    pool.remove("snap");
    fill(chunks);
    snapshot("snap", "base", 20 * CHUNK, "P");
  }

  private void fill(int chunks) throws IOException {
    fill("base", 0, chunks);
  }

  private void fill(String name, long position, int chunks) throws IOException {
    for (int chunk = 0; chunk < chunks; chunk++) {
      write(name, position + (long) chunk * CHUNK, 5, CHUNK);
    }
  }
}
