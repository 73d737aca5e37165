package org.dmsnap.pool.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.dmsnap.block.FileTimes;
import org.junit.jupiter.api.Test;

class CleanNoteTest {

  private static final long SECOND = 1_000_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long WRITTEN = 1_000_000 * SECOND;

  private static final CleanNote NOTE = note(WRITTEN + 5, WRITTEN + 7);

  private static CleanNote note(long modified, long changed) {
    return new CleanNote(512, new FileTimes(modified, changed), 1, 2);
  }

  private static Stat file(long modified, long changed) {
    return new Stat(512, new FileTimes(modified, changed), "inode", Kind.FILE, false);
  }

  @Test
  void a_file_as_it_was_noted_is_not_changed() {
    assertThat(NOTE.describes(file(WRITTEN + 5, WRITTEN + 7), 0)).isTrue();
  }

  @Test
  void a_nanosecond_of_either_time_tells_of_a_change() {
    assertThat(NOTE.describes(file(WRITTEN + 6, WRITTEN + 7), 0)).isFalse();
    assertThat(NOTE.describes(file(WRITTEN + 5, WRITTEN + 8), 0)).isFalse();
    assertThat(NOTE.describes(file(WRITTEN + 6, WRITTEN + 6), 0)).isFalse();
  }

  @Test
  void so_does_another_size() {
    Stat larger = new Stat(1024, NOTE.times(), "inode", Kind.FILE, false);

    assertThat(NOTE.describes(larger, 0)).isFalse();
  }

  @Test
  void a_file_system_without_a_ctime_of_its_own_says_mtime_once_it_is_mounted_anew() {
    assertThat(NOTE.describes(file(WRITTEN + 5, WRITTEN + 5), 0)).isTrue();
  }

  @Test
  void one_that_keeps_local_time_is_elsewhere_by_quarters_of_an_hour() {
    assertThat(NOTE.shift(file(WRITTEN + 5 + 2 * HOUR, 0))).isEqualTo(2 * HOUR);
    assertThat(NOTE.shift(file(WRITTEN + 5 - HOUR / 4, 0))).isEqualTo(-HOUR / 4);
    assertThat(NOTE.shift(file(WRITTEN + 6 + 2 * HOUR, 0))).isZero();
    assertThat(NOTE.shift(file(WRITTEN + 5 + 48 * HOUR, 0))).isZero();
    assertThat(NOTE.describes(file(WRITTEN + 5 + HOUR, WRITTEN + 5 + HOUR), HOUR)).isTrue();
    assertThat(NOTE.describes(file(WRITTEN + 5 + HOUR, WRITTEN + 5 + HOUR), 0)).isFalse();
  }

  @Test
  void an_old_note_knows_whole_seconds_of_mtime_alone() {
    CleanNote old = note(WRITTEN, CleanNote.UNKNOWN);

    assertThat(old.describes(file(WRITTEN + SECOND - 1, 3), 0)).isTrue();
    assertThat(old.describes(file(WRITTEN + SECOND, 3), 0)).isFalse();
    assertThat(old).hasToString("size=512 mtime=1000000");
  }
}
