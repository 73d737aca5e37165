package org.dmsnap.pool;

import java.util.Random;
import java.util.stream.LongStream;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that are killed: while seeded random work is done, the server dies before changes to the
 * disk and before words that it stores in the memory that it leaves; a successor goes on with that
 * memory and with the files as the system has them, and must have all that was acknowledged, synced
 * or not. It dies itself, and the power is cut after it.
 */
class SuccessionTest {

  private static final int STEPS = 40;

  static LongStream seeds() {
    return LongStream.range(0, 30);
  }

  static LongStream manySeeds() {
    return Seeds.during("dmsnap.succession.minutes", 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_successor_has_all_that_was_acknowledged(long seed) {
    kill(seed, 20);
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void a_successor_has_all_that_was_acknowledged_whenever_the_server_dies(long seed) {
    long before = killed();
    kill(seed, 1);
    System.out.println(
        "seed " + seed + ": " + (killed() - before) + " kills, " + killed() + " in all");
  }

  private static void kill(long seed, int every) {
    Random random = new Random(seed);
    PowerCutRun.ofNewPool(random, PowerCuts.kills(every, PowerCuts.none(), random))
        .handingOn()
        .go(STEPS);
  }

  private static long killed() {
    return PowerCutRun.TRIED.entrySet().stream()
        .filter(kind -> kind.getKey().startsWith("kill "))
        .mapToLong(kind -> kind.getValue())
        .sum();
  }
}
