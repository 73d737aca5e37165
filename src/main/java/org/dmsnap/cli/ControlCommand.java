package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dmsnap.cli.freeze.Freeze;
import org.dmsnap.cli.mounted.MergeProgress;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.ProgressLines;
import org.dmsnap.control.Command;
import org.dmsnap.control.Group;
import org.dmsnap.kernel.LoopMounts;
import org.dmsnap.kernel.Mount;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A control command from the command line: its words are written to its control file. */
@CommandLine.Command(mixinStandardHelpOptions = true)
final class ControlCommand implements Callable<Integer>, Unanswered {

  private static final int SYNOPSIS_WIDTH = 72; // beside "Usage: "
  private static final String MERGE = "merge";
  private static final String WAIT = "--wait";
  private static final String FREEZE = "--freeze";
  private static final Map<String, String> OPTIONS =
      Map.of(
          WAIT,
          "Wait until it is done, showing how far it is.",
          FREEZE,
          "Freeze the file systems that are loop-mounted from ORIGIN, or from any that is named,"
              + " partitions included, until it is taken: they need no recovery then, and nothing"
              + " in their caches is missing."
              + " Needs root.");

  private static final Map<String, List<String>> EXAMPLES =
      Map.of(
          "create", List.of("dmsnap create /mnt/vg base 1G"),
          "snapshot",
              List.of(
                  "dmsnap snapshot /mnt/vg snap base 100M",
                  "dmsnap snapshot --freeze /mnt/vg snap base 1G P 16",
                  "dmsnap snapshot /mnt/vg d1 data 1G \\; l1 log 1G"),
          "merge", List.of("dmsnap merge --wait /mnt/vg snap"),
          "remove", List.of("dmsnap remove /mnt/vg snap"),
          "reset", List.of("dmsnap reset /mnt/vg snap", "dmsnap reset /mnt/vg d1 \\; l1"),
          "extend", List.of("dmsnap extend /mnt/vg snap +1G", "dmsnap extend /mnt/vg base 20G"),
          "suspend",
              List.of(
                  "dmsnap suspend /mnt/vg base",
                  "cp --sparse=always vg/base.img /backup/",
                  "dmsnap resume /mnt/vg base"),
          "resume", List.of("dmsnap resume /mnt/vg base"),
          "restart", List.of("dmsnap restart /mnt/vg"));

  private final Command command;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1..*", arity = "0..*", hidden = true) // the description tells of them
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
        .description(command.purpose().replace("%", "%%").split("(?<=\\.) ", 2))
        .customSynopsis(synopsis(command))
        .footer(examples(command));
    return commandLine;
  }

  @Override
  public boolean waitsOn(boolean terminal) {
    return terminal && command.name().equals(MERGE) && chosen(WAIT);
  }

  @Override
  public String consequence() {
    return "; it may " + command.name() + " still, once it goes on";
  }

  @Override
  public Integer call() throws IOException {
    checkCount();
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
    run(pool);
    if (command.name().equals(MERGE)) {
      ProgressLines lines = ProgressLines.onStandardOutput(spec.commandLine().getOut());
      MergeProgress progress = new MergeProgress(pool, words.get(0), lines);
      if (chosen(WAIT)) {
        progress.await();
      } else {
        progress.tellBegun();
      }
    }
    return 0;
  }

  private void checkCount() {
    try {
      Group.members(command, words);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(
          spec.commandLine(),
          command.name() + " takes MOUNTPOINT " + command.line() + ", not " + words,
          wrong);
    }
  }

  /** How it is used, in lines that fit a terminal. */
  private static String[] synopsis(Command command) {
    String option = option(command).map(name -> " [" + name + "]").orElse("");
    String all = "dmsnap " + command.name() + " [-hV]" + option + " MOUNTPOINT " + command.line();
    int end = all.length() > SYNOPSIS_WIDTH ? all.lastIndexOf(' ', SYNOPSIS_WIDTH) : -1;
    return end < 0
        ? new String[] {all}
        : new String[] {all.substring(0, end), "        " + all.substring(end)};
  }

  /** The end of its help; empty if it has no examples. */
  private static String[] examples(Command command) {
    List<String> footer = new ArrayList<>();
    for (String example : EXAMPLES.getOrDefault(command.name(), List.of())) {
      footer.add("  " + example);
    }
    footer.addAll(0, footer.isEmpty() ? List.of() : List.of("", "Examples:"));
    return footer.toArray(String[]::new);
  }

  private void run(MountedPool pool) throws IOException {
    warn(pool.run(command.name(), command.line(words)));
  }

  private void warn(List<String> warnings) {
    warnings.forEach(warning -> ErrorLine.print(spec.commandLine(), warning));
  }

  private boolean chosen(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Takes a snapshot of file systems that are held still meanwhile. */
  private void runFrozen(MountedPool pool) throws IOException {
    List<String> origins =
        Group.members(command, words).stream().map(member -> member.get(1)).distinct().toList();
    List<Path> files = new ArrayList<>();
    for (String origin : origins) {
      pool.refuseSuspended(origin); // or what freezing has to write would wait for ever
      files.add(mountpoint.toRealPath().resolve(origin));
    }
    List<String> mounts =
        LoopMounts.of(Path.of("/"), files).stream().map(Mount::mountpoint).toList();
    List<String> warnings;
    Freeze freeze = Freeze.of(mounts);
    try {
      warnings = pool.run(command.name(), String.join(" ", words)); // and prints nothing meanwhile
    } finally {
      freeze.close();
    }
    warn(warnings);
    if (mounts.isEmpty()) {
      String what =
          "no file system of "
              + String.join(", ", origins)
              + " is mounted here for writing, so nothing was frozen";
      ErrorLine.print(spec.commandLine(), what);
    }
  }

  /** The option that its subcommand has beside the words. */
  private static Optional<String> option(Command command) {
    return switch (command.name()) {
      case MERGE -> Optional.of(WAIT);
      case "snapshot" -> Optional.of(FREEZE);
      default -> Optional.empty();
    };
  }
}
