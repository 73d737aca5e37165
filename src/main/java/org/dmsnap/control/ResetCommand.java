package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Takes snapshots anew, under their names. */
final class ResetCommand implements Command {

  @Override
  public String name() {
    return "reset";
  }

  @Override
  public String words() {
    return "SNAP";
  }

  @Override
  public String purpose() {
    return "Makes SNAP an empty snapshot of its origin as it is now, of the same type, chunk size,"
        + " COW size and features: one step, not remove and snapshot. What SNAP held is gone."
        + " Several, separated by a word of ;, are reset in one moment, or none of them.";
  }

  @Override
  public boolean inGroups() {
    return true;
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.reset(
        Group.members(this, words).stream().map(member -> member.get(0)).toArray(String[]::new));
  }
}
