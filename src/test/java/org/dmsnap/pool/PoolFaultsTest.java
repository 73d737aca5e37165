package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults over a whole pool: while seeded random work is done, one call to the disk fails with EIO
 * or ENOSPC, each in turn; and in some runs the power is cut as well.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolFaultsTest {

  private static final int STEPS = 40;

  static LongStream seeds() {
    return LongStream.range(0, 6);
  }

  static LongStream manySeeds() {
    return Seeds.during("dmsnap.faults.minutes", 10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_call_that_fails_breaks_no_promise(long seed) {
    everyCall(seed, 43);
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void no_call_that_fails_breaks_a_promise(long seed) {
    int failed = everyCall(seed, 1);
    System.out.println("seed " + seed + ": " + failed + " calls failed, each in a run");
  }

  /** One call in {@code every} fails; how many did. */
  private static int everyCall(long seed, int every) {
    int calls = run(seed, Fault.none());
    assertThat(calls).isGreaterThan(STEPS);
    int failed = 0;
    for (int number = (int) (seed % every); number < calls; number += every) {
      Errno errno = (number / every + seed) % 3 == 0 ? Errno.ENOSPC : Errno.EIO;
      try {
        run(seed, new Fault(number, errno));
      } catch (AssertionError broken) {
        throw new AssertionError("seed " + seed + ", call " + number + ": " + errno, broken);
      }
      failed++;
    }
    return failed;
  }

  private static int run(long seed, Fault fault) {
    PowerCuts cuts = seed % 2 == 0 ? PowerCuts.none() : PowerCuts.some(60, new Random(-seed));
    PowerCutRun.ofNewPool(new Random(seed), cuts).failing(fault).go(STEPS);
    return fault.calls();
  }
}
