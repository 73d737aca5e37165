package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Gives what a volume reads as a number, before it is sent. */
final class SendCommand implements Command {

  @Override
  public String name() {
    return "send";
  }

  @Override
  public String words() {
    return "NAME";
  }

  @Override
  public String purpose() {
    return "Gives what NAME reads as now a number, which ctl/uuids shows, and which the next write"
        + " to NAME takes away: so that a replica is never taken for what is another by now. The"
        + " command dmsnap send does so, and then reads.";
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    pool.streams().name(words.get(0));
  }
}
