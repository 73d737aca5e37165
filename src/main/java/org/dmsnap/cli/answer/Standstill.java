package org.dmsnap.cli.answer;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Since when things have been as they are; looked at from time to time, by one thread. */
final class Standstill {

  private final Map<String, Long> since = new HashMap<>(); // state to System.nanoTime
  private volatile long oldest = Long.MAX_VALUE;

  /** These are the states at {@code now}, a {@code System.nanoTime()}. */
  void look(Set<String> states, long now) {
    since.keySet().retainAll(states);
    states.forEach(state -> since.putIfAbsent(state, now));
    oldest = since.values().stream().reduce(Long::min).orElse(Long.MAX_VALUE);
  }

  /** Whether one of them has lasted for so many nanoseconds; on any thread. */
  boolean lasts(long nanos, long now) {
    return oldest != Long.MAX_VALUE && now - oldest >= nanos;
  }
}
