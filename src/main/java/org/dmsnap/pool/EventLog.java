package org.dmsnap.pool;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last 1,000 events of a pool, for {@code ctl/log}; each goes to the program's log as well. */
public final class EventLog {

  /** How many events are kept. */
  public static final int CAPACITY = 1000;

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  /** How serious an event is. */
  public enum Level {
    INFO,
    WARNING,
    ERROR
  }

  /**
   * One event.
   *
   * @param text one line
   */
  public record Event(Instant time, Level level, String text) {

    /** Time, level and text, as a line of {@code ctl/log}. */
    @Override
    public String toString() {
      return time.truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + text;
    }
  }

  private final Clock clock;
  private final Deque<Event> events = new ArrayDeque<>();

  /** An empty log by the system's clock. */
  public EventLog() {
    this(Clock.systemUTC());
  }

  /** An empty log by {@code clock}. */
  public EventLog(Clock clock) {
    this.clock = clock;
  }

  /** Adds what went as it should. */
  public void info(String text) {
    LOG.info(text);
    add(Level.INFO, text);
  }

  /** Adds what someone should look at. */
  public void warning(String text) {
    LOG.warn(text);
    add(Level.WARNING, text);
  }

  /** Adds what went wrong. */
  public void error(String text) {
    LOG.error(text);
    add(Level.ERROR, text);
  }

  /** The events kept, oldest first. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  private synchronized void add(Level level, String text) {
    if (events.size() == CAPACITY) {
      events.removeFirst();
    }
    events.addLast(new Event(clock.instant(), level, text.replace('\n', ' ')));
  }
}
