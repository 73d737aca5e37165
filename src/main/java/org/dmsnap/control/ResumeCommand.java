package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Lets the changes that suspend holds go on. */
final class ResumeCommand implements Command {

  @Override
  public String name() {
    return "resume";
  }

  @Override
  public String words() {
    return "ORIGIN";
  }

  @Override
  public String purpose() {
    return "Lets the writes that suspend holds go on.";
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.resume(words.get(0));
  }
}
