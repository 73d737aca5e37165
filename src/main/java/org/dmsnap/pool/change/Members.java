package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.volume.CommandLock;

/**
 * Names the one of a group that a failure is about: of what happens in one moment nothing has
 * happened then. A failure of one that is alone needs no name.
 *
 * @param names of all
 * @param past what they are not then, such as {@code taken}
 */
public record Members(List<String> names, String past) {

  /** Does {@code work} for {@code name}. */
  public void member(String name, CommandLock.Work work) throws IOException {
    try {
      work.run();
    } catch (IOException | IllegalArgumentException failure) {
      if (names.size() == 1) {
        throw failure;
      }
      throw ErrnoException.in(
          "none of the " + names.size() + " is " + past + ", because of " + name, failure);
    }
  }
}
