package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final String FREEZE = "--freeze";
  private static final Map<String, String> OPTIONS =
      Map.of(
          WAIT,
          "Wait until it is done, showing how far it is.",
          FREEZE,
          "Freeze the file systems that are loop-mounted from ORIGIN, partitions included, until it"
              + " is taken: they need no recovery then, and nothing in their caches is missing."
              + " Needs root.");

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
    option(command)
        .ifPresent(
            name ->
                commandLine
                    .getCommandSpec()
                    .addOption(
                        OptionSpec.builder(name)
                            .type(boolean.class)
                            .description(OPTIONS.getOrDefault(name, ""))
                            .build()));
    commandLine
        .getCommandSpec()
        .usageMessage()
        .description(command.purpose().replace("%", "%%"))
        .customSynopsis(
            "dmsnap "
                + command.name()
                + option(command).map(name -> " [" + name + "]").orElse("")
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
    if (chosen(FREEZE)) {
      runFrozen(pool);
      return 0;
    }
    pool.run(command.name(), String.join(" ", words));
    if (chosen(WAIT)) {
      ProgressLines lines = ProgressLines.onStandardOutput(spec.commandLine().getOut());
      new MergeProgress(pool, words.get(0), lines).await();
    }
    return 0;
  }

  private boolean chosen(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Takes a snapshot of file systems that are held still meanwhile. */
  private void runFrozen(MountedPool pool) throws IOException {
    String origin = words.get(1);
    pool.refuseSuspended(origin); // or what freezing has to write would wait for ever
    Path file = mountpoint.toRealPath().resolve(origin);
    List<String> mounts =
        LoopMounts.of(Path.of("/"), file).stream().map(MountTable.Entry::mountpoint).toList();
    if (mounts.isEmpty()) {
      String what = "no file system of " + origin + " is mounted here, so nothing is frozen";
      Main.complain(spec.commandLine(), what);
    }
    Freeze freeze = Freeze.of(mounts);
    try {
      pool.run(command.name(), String.join(" ", words));
    } finally {
      freeze.close();
    }
  }

  /** The option that its subcommand has beside the words. */
  private static Optional<String> option(Command command) {
    return switch (command.name()) {
      case "merge" -> Optional.of(WAIT);
      case "snapshot" -> Optional.of(FREEZE);
      default -> Optional.empty();
    };
  }
}
