package org.dmsnap.pool;

import java.util.Random;
import org.dmsnap.block.VolatileDirectory.Loss;

/** Which cuts of a run are tried: at one change to the disk, at all, or at some. */
interface PowerCuts {

  /** What is lost in the cuts to be tried before {@code change}. */
  Loss[] before(String change);

  /** Whether the server is to be killed before {@code change}, and succeeded. */
  default boolean kills(String change) {
    return false;
  }

  /** Kills before one change in {@code every}, and cuts as {@code cuts} does. */
  static PowerCuts kills(int every, PowerCuts cuts, Random random) {
    return new PowerCuts() {
      @Override
      public Loss[] before(String change) {
        return change.startsWith(PowerCutRun.STORE) ? new Loss[0] : cuts.before(change);
      }

      @Override
      public boolean kills(String change) {
        return random.nextInt(every) == 0;
      }
    };
  }

  /** Tries every change: with all lost, nothing lost, and {@code subsets} subsets lost. */
  static PowerCuts all(int subsets, Random random) {
    return change -> {
      Loss[] losses = new Loss[2 + subsets];
      losses[0] = Loss.EVERYTHING;
      losses[1] = Loss.NOTHING;
      for (int i = 2; i < losses.length; i++) {
        losses[i] = partial(random);
      }
      return losses;
    };
  }

  /**
   * Tries one change in {@code every}, in one way; more of the syncs, before which most is torn.
   */
  static PowerCuts some(int every, Random random) {
    return change -> {
      int odds = change.startsWith("sync ") ? Math.max(1, every / 4) : every;
      return random.nextInt(odds) == 0
          ? new Loss[] {random.nextInt(6) == 0 ? whole(random) : partial(random)}
          : new Loss[0];
    };
  }

  /** Tries none. */
  static PowerCuts none() {
    return change -> new Loss[0];
  }

  private static Loss whole(Random random) {
    return random.nextBoolean() ? Loss.EVERYTHING : Loss.NOTHING;
  }

  private static Loss partial(Random random) {
    return new Loss[] {Loss.SOME, Loss.SOME, Loss.DATA, Loss.NAMES}[random.nextInt(4)];
  }
}
