package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.pool.Pool;

/** A control command: the words of a line in, one call of the pool out. */
public interface Command {

  /** Every command; its control file and its subcommand bear its name. Add one here. */
  List<Command> ALL =
      List.of(
          new CreateCommand(),
          new SnapshotCommand(),
          new MergeCommand(),
          new RemoveCommand(),
          new ResetCommand(),
          new ExtendCommand(),
          new SendCommand(),
          new ReceiveCommand(),
          new SuspendCommand(),
          new ResumeCommand(),
          new RestartCommand());

  /** The name of its control file. */
  String name();

  /** The words of its line, such as {@code NAME SIZE}; optional ones in square brackets. */
  String words();

  /** Whether a line may have several of it, separated by {@code ;}, that happen in one moment. */
  default boolean inGroups() {
    return false;
  }

  /** As {@link #words()}, and how more of the same follow, such as {@code SNAP [; SNAP...]}. */
  default String line() {
    return inGroups() ? words() + " [; " + wordCount().first(words()) + "...]" : words();
  }

  /** What it does, in one sentence. */
  String purpose();

  /** What reading the control file from the start shows: what it does, and its words. */
  default String usage() {
    return "usage: " + line() + "\n" + purpose() + "\n";
  }

  /** How many words a line, or each member of one, may have. */
  default WordCount wordCount() {
    return WordCount.of(words());
  }

  /** The line for these words, which an empty one is not: that does nothing. */
  default String line(List<String> words) {
    return String.join(" ", words);
  }

  /** Whether it changes the pool, which is refused where that is mounted read-only. */
  default boolean changes() {
    return true;
  }

  /** Opens its control file. */
  default Conversation open(Pool pool) {
    return new ControlFile(this, pool);
  }

  /**
   * Runs it; returns when it has taken effect.
   *
   * @param words of the line, separated by white space; of each of its {@linkplain Group#members
   *     members} as many as {@link #wordCount()} allows
   * @throws IllegalArgumentException if a word is wrong (EINVAL), saying which and what is right
   * @throws IOException an {@link org.dmsnap.block.ErrnoException} if it failed, saying why
   */
  void run(Pool pool, List<String> words) throws IOException;
}
