package org.dmsnap.pool.volume;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Flushes one device after the other; one that fails holds up no other. For one thread. */
final class Flushes {

  private @Nullable IOException first;

  /** Does this one now. */
  void add(CommandLock.Work flush) {
    try {
      flush.run();
    } catch (IOException failure) {
      if (first == null) {
        first = failure;
      }
    }
  }

  /** Throws the first failure, if there was one. */
  void end() throws IOException {
    if (first != null) {
      throw first;
    }
  }
}
