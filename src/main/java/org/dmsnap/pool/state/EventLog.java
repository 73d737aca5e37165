package org.dmsnap.pool.state;

import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.dmsnap.block.ChangeTime;
import org.jspecify.annotations.Nullable;

/** The last 1,000 events of a pool, for {@code ctl/log}, and for who follows them. */
public final class EventLog {

  /** How many events are kept. */
  public static final int CAPACITY = 1000;

  /** A time of one width, whatever the milliseconds are. */
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

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
      return TIME.format(time) + " " + level + " " + text;
    }
  }

  private static final ThreadLocal<@Nullable List<String>> HEARD = new ThreadLocal<>();

  private final Clock clock;
  private final Deque<Event> events = new ArrayDeque<>(); // guarded by this
  private final ChangeTime time = new ChangeTime();
  private volatile Consumer<Event> follower = event -> {};

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
    add(Level.INFO, text);
  }

  /** Adds what someone should look at. */
  public void warning(String text) {
    add(Level.WARNING, text);
  }

  /** Adds what went wrong. */
  public void error(String text) {
    add(Level.ERROR, text);
  }

  /** The events kept, oldest first. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** When it last changed, in nanoseconds since 1970. */
  public long changedNanos() {
    return time.look();
  }

  /** Has {@code follower} told of every event from now on, on the thread that adds it. */
  public void follow(Consumer<Event> follower) {
    this.follower = follower;
  }

  /**
   * Adds what the calling thread warns of, from now on, to {@code warnings} too, or if null to
   * nothing else: for who gave the command that it runs, and might not look into the log.
   */
  public static void hear(@Nullable List<String> warnings) {
    if (warnings == null) {
      HEARD.remove();
    } else {
      HEARD.set(warnings);
    }
  }

  private void add(Level level, String text) {
    Event event = new Event(clock.instant(), level, text.replace('\n', ' '));
    keep(event);
    List<String> warnings = HEARD.get();
    if (warnings != null && level != Level.INFO) {
      warnings.add(event.text());
    }
    follower.accept(event);
  }

  private synchronized void keep(Event event) {
    if (events.size() == CAPACITY) {
      events.removeFirst();
    }
    events.addLast(event);
    time.changed();
  }
}
