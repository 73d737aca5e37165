package org.dmsnap.pool.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of a pool's events, and how a line of it reads. */
class EventLogTest {

  private final Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
  private final EventLog log = new EventLog(clock);

  @Test
  void a_line_has_a_time_of_one_width_the_level_and_the_text() {
    log.warning("two\nlines");

    assertThat(log.events())
        .extracting(EventLog.Event::toString)
        .containsExactly("2026-01-02T03:04:05.000Z WARNING two lines");
  }

  @Test
  void the_last_thousand_are_kept() {
    for (int i = 0; i < 1001; i++) {
      log.info("event " + i);
    }

    assertThat(log.events()).hasSize(1000);
    assertThat(log.events().get(0).text()).isEqualTo("event 1");
  }

  @Test
  void who_follows_is_told_of_what_comes() {
    List<String> told = new ArrayList<>();
    log.info("before");
    log.follow(event -> told.add(event.level() + " " + event.text()));

    log.error("after");

    assertThat(told).containsExactly("ERROR after");
  }
}
