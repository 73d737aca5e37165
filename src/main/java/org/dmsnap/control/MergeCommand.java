package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Merges a snapshot into its origin. */
final class MergeCommand implements Command {

  private static final String FORCE = "force";

  @Override
  public String name() {
    return "merge";
  }

  @Override
  public String words() {
    return "SNAP [force]";
  }

  @Override
  public String purpose() {
    return "Merges the snapshot SNAP into its origin in the background, then removes SNAP; waits"
        + " for both to be closed, unless forced: file systems that are mounted over the two then"
        + " write stale content over what was merged.";
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    if (words.size() > 1 && !words.get(1).equals(FORCE)) {
      throw new IllegalArgumentException(
          "after the snapshot only the word force may follow, not " + words.get(1));
    }
    pool.merge(words.get(0), words.size() > 1);
  }
}
