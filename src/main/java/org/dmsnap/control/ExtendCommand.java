package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Grows the COW device of a snapshot, or an origin that has no snapshots. */
final class ExtendCommand implements Command {

  @Override
  public String name() {
    return "extend";
  }

  @Override
  public String words() {
    return "NAME SIZE|+SIZE";
  }

  @Override
  public String purpose() {
    return "Grows the COW device of the snapshot NAME, or the origin NAME if it has no snapshots,"
        + " to SIZE or by +SIZE. "
        + Sizes.HELP;
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    String size = words.get(1);
    boolean relative = size.startsWith("+");
    pool.extend(words.get(0), Sizes.parse(relative ? size.substring(1) : size), relative);
  }
}
