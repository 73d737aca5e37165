package org.dmsnap.fuzz;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * The seeds of a test with bad input: a few that are always the same, or, with {@code
 * -Ddmsnap.fuzz.minutes=N}, as many new ones as fit into that time.
 */
public final class Seeds {

  private static final Long MINUTES = Long.getLong("dmsnap.fuzz.minutes");

  private Seeds() {}

  /** The seeds of one test. */
  public static LongStream usually(int count) {
    if (MINUTES == null) {
      return LongStream.rangeClosed(1, count);
    }
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    long first = System.currentTimeMillis() * 1000;
    return LongStream.iterate(first, seed -> seed + 1).takeWhile(seed -> System.nanoTime() < end);
  }
}
