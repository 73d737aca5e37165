package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.answer.Deadline;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.Terminal;
import org.dmsnap.kernel.OpenFile;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs a command under the {@link Deadline} of the servers of all mounts that its words name, so
 * that no command has to think of that.
 */
final class Supervision {

  private final ParseResult words;
  private final CommandLine commandLine;
  private final Unanswered command;

  private Supervision(ParseResult words, ParseResult last) {
    this.words = words;
    commandLine = last.commandSpec().commandLine();
    command =
        last.commandSpec().userObject() instanceof Unanswered itself ? itself : new Unanswered() {};
  }

  /** Runs what {@code words} say; its exit code. */
  static int run(ParseResult words) {
    ParseResult last = words;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return new Supervision(words, last).run(paths(last));
  }

  private static List<Path> paths(ParseResult words) {
    List<Path> paths = new ArrayList<>();
    for (ArgSpec word : words.matchedArgs()) {
      if (word.getValue() instanceof Path path) {
        paths.add(path);
      }
    }
    return paths;
  }

  private int run(List<Path> paths) {
    try {
      return command.decides() ? execute() : Deadline.of(paths).during(this::execute, this::silent);
    } catch (IOException failure) {
      throw new ExecutionException(commandLine, ErrorLine.reason(failure), failure);
    }
  }

  private int execute() {
    return new RunLast().execute(words);
  }

  private void silent(String what) throws IOException {
    String text = what + command.consequence();
    if (!command.waitsOn(Terminal.isTerminal(OpenFile.STANDARD_ERROR))) {
      throw new ErrnoException(Errno.ETIMEDOUT, text);
    }
    ErrorLine.print(commandLine, text + "; it is waited for");
  }
}
