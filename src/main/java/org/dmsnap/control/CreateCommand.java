package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Creates an origin. */
final class CreateCommand implements Command {

  @Override
  public String name() {
    return "create";
  }

  @Override
  public String words() {
    return "NAME SIZE";
  }

  @Override
  public String purpose() {
    return "Creates the origin NAME, all zeroes and sparse. " + Sizes.HELP;
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.create(words.get(0), Sizes.parse(words.get(1), pool.log()));
  }
}
