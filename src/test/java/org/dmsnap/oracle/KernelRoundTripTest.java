package org.dmsnap.oracle;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel's own dm-snapshot is given what dmsnap wrote, and dmsnap what the kernel wrote. */
class KernelRoundTripTest {

  @TempDir Path directory;

  @BeforeEach
  void needsAKernel() {
    assumeTrue(Kernel.missing().isEmpty(), Kernel.missing());
  }

  @Test
  void what_either_wrote_the_other_reads_the_same() throws Exception {
    play(1, 2, 2);
  }

  static LongStream seeds() {
    return Seeds.during("dmsnap.oracle.minutes", 30);
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_either_wrote_the_other_reads_the_same(long seed, TestReporter reporter)
      throws Exception {
    String figures = play(seed, 3, 5);
    reporter.publishEntry("seed " + seed, figures);
    System.out.println("seed " + seed + ": " + figures);
  }

  /** As many turns of both, the first without cuts; answers what happened. */
  private String play(long seed, int origins, int turns) throws Exception {
    RoundTrip trip = new RoundTrip(directory, seed, origins);
    for (int turn = 0; turn < turns; turn++) {
      trip.here(40, turn > 0);
      trip.there(20, turn > 0);
    }
    return trip.figures();
  }
}
