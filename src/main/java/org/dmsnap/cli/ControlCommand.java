package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dmsnap.control.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A control command from the command line: its words are written to its control file. */
@CommandLine.Command(mixinStandardHelpOptions = true)
final class ControlCommand implements Callable<Integer> {

  private static final String WAIT = "--wait";

  private final Command command;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1..*", arity = "0..*", description = "The words of the control line.")
  private List<String> words = new ArrayList<>();

  private ControlCommand(Command command) {
    this.command = command;
  }

  /** The subcommand for {@code command}. */
  static CommandLine commandLine(Command command) {
    CommandLine commandLine = new CommandLine(new ControlCommand(command));
    commandLine.setCommandName(command.name());
    if (waits(command)) {
      commandLine
          .getCommandSpec()
          .addOption(
              OptionSpec.builder(WAIT)
                  .type(boolean.class)
                  .description("Wait until it is done, showing how far it is.")
                  .build());
    }
    commandLine
        .getCommandSpec()
        .usageMessage()
        .description(command.purpose().replace("%", "%%"))
        .customSynopsis(
            "dmsnap "
                + command.name()
                + (waits(command) ? " [--wait]" : "")
                + " MOUNTPOINT "
                + command.words());
    return commandLine;
  }

  @Override
  public Integer call() throws IOException {
    if (!command.wordCount().allows(words.size())) {
      throw new ParameterException(
          spec.commandLine(),
          command.name() + " takes MOUNTPOINT " + command.words() + ", not " + words);
    }
    for (String word : words) {
      if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
        throw new ParameterException(spec.commandLine(), "not one word: \"" + word + "\"");
      }
    }
    MountedPool pool = new MountedPool(mountpoint);
    pool.run(command.name(), String.join(" ", words));
    if (waits(command) && spec.commandLine().getParseResult().hasMatchedOption(WAIT)) {
      ProgressLines lines = ProgressLines.onStandardOutput(spec.commandLine().getOut());
      new MergeProgress(pool, words.get(0), lines).await();
    }
    return 0;
  }

  /** Whether it begins what goes on after it has returned. */
  private static boolean waits(Command command) {
    return command.name().equals("merge");
  }
}
