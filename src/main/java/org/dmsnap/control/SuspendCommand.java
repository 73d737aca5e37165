package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Holds the changes of an origin and its snapshots. */
final class SuspendCommand implements Command {

  @Override
  public String name() {
    return "suspend";
  }

  @Override
  public String words() {
    return "ORIGIN";
  }

  @Override
  public String purpose() {
    return "Makes ORIGIN and its snapshots durable and holds new writes until resume, so that the"
        + " files of the pool can be copied.";
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.suspend(words.get(0));
  }
}
