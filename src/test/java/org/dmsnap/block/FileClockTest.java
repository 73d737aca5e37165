package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FileClockTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10); // of the slowest clock

  private static FileTimes at(long nanos) {
    return new FileTimes(nanos, nanos);
  }

  @Test
  void a_fine_time_is_over_after_a_tick_whatever_this_machines_clock_says() {
    for (long now : new long[] {0, 100 * SECOND, 200 * SECOND}) {
      assertThat(FileClock.pause(at(100 * SECOND + 1), now)).isBetween(TICK, SECOND / 10);
    }
  }

  @Test
  void whole_seconds_may_stand_for_two() {
    assertThat(FileClock.pause(at(100 * SECOND), 100 * SECOND)).isGreaterThan(2 * SECOND);
    assertThat(FileClock.pause(at(100 * SECOND), 101 * SECOND)).isGreaterThan(SECOND);
    assertThat(FileClock.pause(at(100 * SECOND), 200 * SECOND)).isBetween(TICK, SECOND / 10);
  }

  @Test
  void a_time_from_the_future_may_be_of_another_machines_clock() {
    assertThat(FileClock.pause(at(100 * SECOND), 0)).isBetween(2 * SECOND, 3 * SECOND);
  }
}
