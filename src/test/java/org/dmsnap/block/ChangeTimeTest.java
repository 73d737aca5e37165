package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChangeTimeTest {

  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  private final AtomicLong millis = new AtomicLong(1000);
  private final ChangeClock clock = new ChangeClock(millis::get);
  private final ChangeTime time = new ChangeTime(5, clock);

  @Test
  void is_what_it_was_for_as_long_as_nothing_changes() {
    assertThat(time.look()).isEqualTo(5);
    assertThat(time.look()).isEqualTo(5);
  }

  @Test
  void whoever_has_looked_sees_another_after_a_change_in_the_same_tick() {
    time.changed();
    long first = time.look();
    time.changed();
    long second = time.look();
    time.changed();

    assertThat(first).isGreaterThanOrEqualTo(1000 * MILLI);
    assertThat(second).isGreaterThan(first);
    assertThat(time.look()).isGreaterThan(second);
  }

  @Test
  void goes_on_when_the_clock_is_set_back() {
    time.changed();
    long before = time.look();
    millis.set(10);

    time.changed();

    assertThat(time.look()).isGreaterThan(before);
  }

  @Test
  void one_from_the_future_goes_on_from_there() {
    ChangeTime future = new ChangeTime(Long.MAX_VALUE / 2, clock);
    future.look();

    future.changed();

    assertThat(future.look()).isEqualTo(Long.MAX_VALUE / 2 + 1);
  }

  @Test
  void what_is_replaced_is_in_another_second_than_the_one_that_was_looked_at() {
    time.changed();
    long seen = time.look();

    millis.set(1900);
    time.replaced();

    assertThat(seen / SECOND).isEqualTo(1);
    assertThat(time.look()).isEqualTo(2 * SECOND);
  }

  @Test
  void what_nobody_has_looked_at_is_never_ahead_of_the_clock() {
    millis.set(50_000);
    time.replaced();
    time.replaced();

    assertThat(time.look()).isBetween(50 * SECOND, 51 * SECOND - 1);
  }

  @Test
  void a_second_that_was_given_before_it_came_is_not_given_again_when_it_has() {
    millis.set(100_000);
    time.changed();
    time.look();
    time.replaced();
    time.look();
    time.changed();
    assertThat(time.look()).as("not further ahead").isEqualTo(101 * SECOND + 1);

    millis.set(101_200);
    time.changed();

    assertThat(time.look()).isEqualTo(102 * SECOND);
    millis.set(103_500);
    time.changed();
    time.look();
    time.changed();
    assertThat(time.look()).as("as ever").isLessThan(104 * SECOND);
  }

  @Test
  void two_things_that_change_in_one_tick_have_different_times() {
    ChangeTime other = new ChangeTime(5, clock);
    time.changed();
    other.changed();

    assertThat(other.look()).isNotEqualTo(time.look());
  }

  @Test
  void what_comes_to_be_is_later_than_all_that_was_given() {
    time.changed();
    time.look();
    time.replaced();

    assertThat(clock.newest()).isGreaterThan(time.look());
    assertThat(new ChangeTime().look()).isLessThan(new ChangeTime().look());
  }
}
