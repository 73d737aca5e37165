package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** A control command: the words after its name in, one call of the pool out. */
public interface Command {

  /** Every command; its control file bears its name. Add one here. */
  List<Command> ALL = List.of();

  /** The name of its control file. */
  String name();

  /** What reading the control file from the start shows: what it does, and its words. */
  String usage();

  /**
   * Runs it; returns when it has taken effect.
   *
   * @param words of the line, separated by white space
   * @throws IllegalArgumentException if a word is wrong (EINVAL), saying which and what is right
   * @throws IOException an {@link org.dmsnap.block.ErrnoException} if it failed, saying why
   */
  void run(Pool pool, List<String> words) throws IOException;
}
