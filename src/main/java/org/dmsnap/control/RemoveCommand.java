package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Removes a snapshot, or an origin that has none. */
final class RemoveCommand implements Command {

  @Override
  public String name() {
    return "remove";
  }

  @Override
  public String words() {
    return "NAME";
  }

  @Override
  public String purpose() {
    return "Removes the snapshot NAME, or the origin NAME if it has no snapshots.";
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.remove(words.get(0));
  }
}
