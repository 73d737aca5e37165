package org.dmsnap.fuzz;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a long test has done, in numbers that it prints when it is over. For many threads. */
public final class Figures {

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final String test;

  /** Those of {@code test}. */
  public Figures(Class<?> test) {
    this.test = test.getSimpleName();
  }

  /** Counts one of what is called {@code what}. */
  public void count(String what) {
    counts.computeIfAbsent(what, key -> new LongAdder()).increment();
  }

  /** Prints them all. */
  public void print() {
    System.out.println(test + ": " + new TreeMap<>(counts));
  }
}
