package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a device is said to have changed: by whatever it reads otherwise than before. */
class ShownTimesTest extends PoolFixture {

  private static final EnumSet<Feature> PASSDOWN =
      EnumSet.of(Feature.DISCARD_ZEROES_COW, Feature.DISCARD_PASSDOWN_ORIGIN);

  private Map<String, Long> before = Map.of();

  @BeforeEach
  void volumes() throws IOException {
    open();
    pool.create("base", MIB);
    pool.create("alone", MIB);
    take("snap", EnumSet.noneOf(Feature.class));
    take("other", PASSDOWN);
    before = times();
  }

  private void take(String name, EnumSet<Feature> features) throws IOException {
    pool.snapshot(new SnapshotRequest(name, "base", MIB, ExceptionStoreType.of("P"), 16, features));
  }

  private Map<String, Long> times() {
    Map<String, Long> times = new TreeMap<>();
    for (Device device : pool.devices()) {
      times.put(device.name(), device.changedNanos());
    }
    return times;
  }

  /** Claims that these have a later time than when they were last looked at; others the same. */
  private void assertLater(String... names) {
    Map<String, Long> now = times();
    Map<String, Long> same = new TreeMap<>(before);
    for (String name : names) {
      assertThat(now.get(name)).as(name).isGreaterThan(before.get(name));
      same.put(name, now.get(name));
    }
    same.keySet().retainAll(now.keySet());
    assertThat(now).containsAllEntriesOf(same);
    before = now;
  }

  private void write(String name, int value) throws IOException {
    write(name, 0, value, 512);
  }

  @Test
  void a_write_in_the_tick_that_was_looked_at_is_later() throws Exception {
    for (int round = 0; round < 50; round++) {
      write("alone", round);
      assertLater("alone");
    }
  }

  @Test
  void a_write_to_an_origin_changes_its_image_and_what_it_is_copied_out_to() throws Exception {
    write("base", 1);
    device("base").flush();

    assertLater("base", "base-real", "snap-cow", "other-cow");
  }

  @Test
  void a_write_to_a_snapshot_is_its_own() throws Exception {
    write("snap", 1);
    device("snap").flush();

    assertLater("snap", "snap-cow");
  }

  @Test
  void zeroing_and_discarding_are_changes() throws Exception {
    device("alone").zero(0, 512);
    assertLater("alone");
    device("alone").discard(0, 512);
    assertLater("alone");
  }

  @Test
  void zeroing_is_a_change_with_every_piece_that_it_comes_in() throws Exception {
    pool.create("large", 40 * MIB);
    pool.close();
    pool = Pool.open(FileDirectory.lock(directory, false), PoolOptions.DEFAULT, log, looking());
    before = times();

    device("large").zero(0, 40 * MIB);

    assertLater("large");
  }

  /** Looks between the pieces, as a backup that runs meanwhile does. */
  private StallListener looking() {
    return new StallListener() {
      @Override
      public void stalling() {
        // not what this is about
      }

      @Override
      public boolean givenUp() {
        before = times();
        return false;
      }

      @Override
      public void resumed() {
        // likewise
      }
    };
  }

  @Test
  void a_discard_that_is_passed_down_changes_all_that_it_reaches() throws Exception {
    device("other").discard(0, 16384);

    assertThat(times().get("snap")).isGreaterThan(before.get("snap"));
    assertThat(times().get("base")).isGreaterThan(before.get("base"));
    assertThat(times().get("base-real")).isGreaterThan(before.get("base-real"));
    assertThat(times().get("other")).isGreaterThan(before.get("other"));
  }

  @Test
  void a_merge_changes_its_origin_when_it_starts_also_by_force() throws Exception {
    write("snap", 1);
    times();
    device("base").opened();
    before = times();

    pool.merge("snap", false);
    assertThat(times().get("base")).as("due").isEqualTo(before.get("base"));
    pool.merge("snap", true);

    assertThat(times().get("base")).isGreaterThan(before.get("base"));
    assertThat(times().get("other")).isEqualTo(before.get("other"));
    device("base").released();
  }

  @Test
  void a_reset_changes_its_snapshot() throws Exception {
    write("base", 1);
    device("base").flush();
    before = times();

    pool.reset("snap");

    assertLater("snap", "snap-cow");
  }

  @Test
  void one_that_becomes_invalid_has_changed() throws Exception {
    pool.close();
    open(new PoolOptions(false, false, 100, 20, PoolOptions.DEFAULT.overflow())); // none grows
    snapshot("tiny", "base", 24576, "P");
    before = times();

    write("base", 0, 1, MIB);

    assertThat(device("tiny").status()).contains("Invalid");
    assertThat(times().get("tiny")).isGreaterThan(before.get("tiny"));
  }

  @Test
  void an_origin_that_grows_has_changed_and_a_snapshot_with_more_room_has_not() throws Exception {
    pool.extend("alone", MIB, true);
    assertLater("alone");
    pool.extend("snap", 65536, true);
    assertThat(times().get("snap")).isEqualTo(before.get("snap"));
  }

  @Test
  void a_name_that_is_used_again_is_later_than_what_it_was() throws Exception {
    write("snap", 1);
    before = times();

    pool.remove("snap");
    snapshot("snap", "base", MIB, "P");

    assertThat(times().get("snap")).isGreaterThan(before.get("snap"));
    assertThat(times().get("snap-cow")).isGreaterThan(before.get("snap-cow"));
  }

  @Test
  void all_times_are_the_same_at_the_next_mount() throws Exception {
    write("base", 1);
    write("snap", 2);
    write("alone", 3);
    device("base").flush();
    device("snap").flush();
    before = times();

    reopen();
    assertThat(times()).isEqualTo(before);
    pool.close();
    open(readOnly());
    assertThat(times()).isEqualTo(before);
  }

  @Test
  void what_was_changed_meanwhile_is_later_even_if_its_times_were_restored() throws Exception {
    pool.close();
    FileTime kept = Files.getLastModifiedTime(file("alone.img"));
    Files.write(file("alone.img"), new byte[MIB]);
    Files.setLastModifiedTime(file("alone.img"), kept);

    open();

    assertLater("alone");
  }

  @Test
  void a_snapshot_whose_cow_file_was_changed_is_later() throws Exception {
    pool.close();
    Files.setLastModifiedTime(file("snap.cow"), FileTime.from(1, TimeUnit.DAYS));

    open();

    assertLater("snap", "snap-cow");
  }

  @Test
  void after_a_kill_all_is_later_than_whatever_was_shown() throws Exception {
    write("base", 1);
    before = times();
    String killed = table();
    pool.close();
    table(killed);

    open();

    assertLater("alone", "base", "base-real", "snap", "snap-cow", "other", "other-cow");
  }

  @Test
  void an_adopted_image_has_its_own_time() throws Exception {
    pool.close();
    Files.write(file("mine.img"), new byte[512]);
    Files.setLastModifiedTime(
        file("mine.img"), FileTime.from(1_234_567_890_123_456_789L, TimeUnit.NANOSECONDS));

    open();

    assertThat(device("mine").changedNanos()).isEqualTo(1_234_567_890_123_456_789L);
  }

  @Test
  void what_is_left_out_for_a_while_is_still_checked_when_it_is_back() throws Exception {
    pool.close();
    Path away = Files.createDirectory(file("away")).resolve("base.img");
    Files.move(file("base.img"), away);
    Files.createSymbolicLink(file("base.img"), away);
    open(new PoolOptions(false, true, 70, 20, PoolOptions.DEFAULT.overflow())); // it was moved
    pool.close();

    Files.delete(file("base.img"));
    open();
    assertThat(names()).containsExactly("alone");
    pool.close();
    Files.write(away, new byte[MIB]);
    Files.createSymbolicLink(file("base.img"), away);

    assertThatThrownBy(this::open).hasMessageContaining("the image of base was changed");
  }

  private Path file(String name) {
    return directory.resolve(name);
  }
}
