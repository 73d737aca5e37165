package org.dmsnap.fuzz;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * The seeds of a test: a few that are always the same, or, with a property that gives minutes, as
 * many new ones as fit into that time.
 */
public final class Seeds {

  private Seeds() {}

  /** The seeds of one test with bad input: {@code count}, or {@code -Ddmsnap.fuzz.minutes=N}. */
  public static LongStream usually(int count) {
    return during("dmsnap.fuzz.minutes", count);
  }

  /** The seeds of one test: {@code count}, or what the property {@code minutes} has time for. */
  public static LongStream during(String minutes, int count) {
    Long given = Long.getLong(minutes);
    if (given == null) {
      return LongStream.rangeClosed(1, count);
    }
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(given);
    long first = System.currentTimeMillis() * 1000;
    return LongStream.iterate(first, seed -> seed + 1).takeWhile(seed -> System.nanoTime() < end);
  }
}
