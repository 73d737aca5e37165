package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** Has another server go on with the mount, of the version that is installed by now. */
final class RestartCommand implements Command {

  private static final String SERVER = "server";

  @Override
  public String name() {
    return "restart";
  }

  @Override
  public String words() {
    return "[" + SERVER + "]";
  }

  @Override
  public String purpose() {
    return "Has another server go on with the mount, of the version that is installed now.";
  }

  @Override
  public boolean changes() {
    return false;
  }

  @Override
  public String line(List<String> words) {
    return words.isEmpty() ? SERVER : Command.super.line(words);
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    if (!words.get(0).equals(SERVER)) {
      throw new IllegalArgumentException(
          "it is the server that can be restarted, not " + words.get(0) + ", usage: " + words());
    }
    pool.server().restart();
  }
}
