package org.dmsnap.pool;

import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power cuts over a whole pool: while seeded random work is done, the power is cut before changes
 * to the disk, any of what is not synced is lost, and what is left is opened, checked, compared
 * with a model, and worked with, until the next cut.
 */
class PoolPowerCutTest {

  private static final int STEPS = 40;
  private static final int SUBSETS = 3; // of what is not synced, before each change

  static LongStream seeds() {
    return LongStream.range(0, 30);
  }

  static LongStream manySeeds() {
    return Seeds.during("dmsnap.powercut.minutes", 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void no_power_cut_breaks_a_promise(long seed) {
    Random random = new Random(seed);
    PowerCutRun.ofNewPool(random, PowerCuts.some(8, random)).go(STEPS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void no_power_cut_breaks_a_stack(long seed) {
    Random random = new Random(seed);
    PowerCutRun.ofStacks(random, PowerCuts.some(8, random)).go(STEPS);
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void no_power_cut_before_any_change_breaks_a_promise(long seed) {
    Random random = new Random(seed);
    long before = tried();
    try {
      PowerCuts all = PowerCuts.all(SUBSETS, random);
      boolean stacks = seed % 2 == 1;
      (stacks ? PowerCutRun.ofStacks(random, all) : PowerCutRun.ofNewPool(random, all)).go(STEPS);
    } catch (AssertionError e) { // now: the report comes when all is over
      System.out.println("seed " + seed + " failed: " + e.getMessage());
      throw e;
    }
    System.out.println(
        "seed " + seed + ": " + (tried() - before) + " cuts, " + tried() + " in all");
  }

  private static long tried() {
    return PowerCutRun.TRIED.values().stream().mapToLong(cuts -> cuts).sum();
  }

  @AfterAll
  static void figures() {
    if (Long.getLong("dmsnap.powercut.minutes") != null) {
      new TreeMap<>(PowerCutRun.TRIED)
          .forEach((kind, cuts) -> System.out.println(cuts + " cuts in " + kind));
      System.out.println(tried() + " cuts in all");
    }
  }
}
