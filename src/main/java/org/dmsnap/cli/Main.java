package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.Journal;
import org.dmsnap.cli.terminal.StandardOutput;
import org.dmsnap.cli.terminal.Terminal;
import org.dmsnap.control.Command;
import org.dmsnap.kernel.CommandLineWords;
import org.dmsnap.kernel.FileName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program {@code dmsnap}: exit code 0 done, 1 failed, 2 usage; what went wrong is one line on
 * stderr.
 */
@CommandLine.Command(
    name = Main.NAME,
    description = "Device-mapper snapshots without device-mapper.",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      MountCommand.class,
      UmountCommand.class,
      // and every control command that is none of these, see commandLine()
      LvsCommand.class,
      StatusCommand.class,
      TableCommand.class,
      LogCommand.class,
      SendCommand.class,
      ReceiveCommand.class,
      WaitCommand.class,
      CheckCommand.class,
      DumpCommand.class,
      DiffCommand.class,
      MapCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {

  static final String NAME = "dmsnap";

  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @Spec private CommandSpec spec;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] words) {
    StandardOutput.prepare();
    Journal.prepare();
    String[] meant = meant(CommandLineWords.exactly(words));
    CommandLine commandLine = commandLine(meant.length == 0 ? "" : meant[0]);
    if (!Terminal.isTerminal(StandardOutput.link())) {
      commandLine.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
    }
    end(commandLine, printed(commandLine, commandLine.execute(meant)));
  }

  /** Ends the process; nothing is left to be done then but by what has served a mount. */
  private static void end(CommandLine commandLine, int code) {
    if (commandLine.getSubcommands().containsKey("mount")) {
      System.exit(code);
    }
    Runtime.getRuntime().halt(code); // for a thread may be waiting for what never comes
  }

  /** The exit code of a command that ended with {@code code} and may have printed in vain. */
  private static int printed(CommandLine commandLine, int code) {
    try {
      StandardOutput.check();
      return code;
    } catch (IOException failure) {
      ErrorLine.print(commandLine, ErrorLine.reason(failure));
      return Math.max(code, FAILED);
    }
  }

  /** As {@code lvm help lvs} is {@code lvm lvs --help}. */
  static String[] meant(String... words) {
    if (words.length == 0 || !words[0].equals("help")) {
      return words;
    }
    if (words.length > 1 && subcommand(words[1]).isEmpty()) {
      return new String[] {words[1]}; // which is no command, and said to be none
    }
    String[] meant = Arrays.copyOfRange(words, 1, words.length + 1);
    meant[words.length - 1] = "--help";
    return meant;
  }

  /** The command line, ready to execute. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    for (Command command : Command.ALL) {
      if (!commandLine.getSubcommands().containsKey(command.name())) {
        commandLine.addSubcommand(ControlCommand.commandLine(command));
      }
    }
    return ready(commandLine);
  }

  /**
   * The command line for words of which {@code first} is the first: if that is a subcommand, the
   * others are left out, for the model of each takes time at every start.
   */
  public static CommandLine commandLine(String first) {
    return subcommand(first)
        .map(only -> new CommandLine(CommandSpec.create().name(NAME)).addSubcommand(only))
        .map(Main::ready)
        .orElseGet(Main::commandLine);
  }

  private static Optional<CommandLine> subcommand(String name) {
    for (Class<?> type : Main.class.getAnnotation(CommandLine.Command.class).subcommands()) {
      if (type.getAnnotation(CommandLine.Command.class).name().equals(name)) {
        return Optional.of(new CommandLine(type));
      }
    }
    for (Command command : Command.ALL) {
      if (command.name().equals(name)) {
        return Optional.of(ControlCommand.commandLine(command));
      }
    }
    return Optional.empty();
  }

  private static CommandLine ready(CommandLine commandLine) {
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      subcommand.getCommandSpec().versionProvider(new Version());
    }
    return commandLine
        .setOut(StandardOutput.writer(System.out))
        .setErr(StandardOutput.writer(System.err))
        .registerConverter(Path.class, Main::path)
        .setExpandAtFiles(false)
        .setExecutionStrategy(Supervision::run)
        .setParameterExceptionHandler(Main::misused)
        .setExecutionExceptionHandler(Main::failed);
  }

  /** Nothing is no path, though to Java it is the current directory. */
  private static Path path(String word) {
    if (word.isEmpty()) {
      throw new TypeConversionException("a path is empty");
    }
    return FileName.here(word);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which command");
  }

  private static int misused(ParameterException failure, String[] words) {
    CommandLine commandLine = failure.getCommandLine();
    String name = commandLine.getCommandSpec().qualifiedName();
    String what =
        failure instanceof UnmatchedArgumentException
            ? unmatched(failure)
            : ErrorLine.reason(failure);
    ErrorLine.print(commandLine, what + "; see: " + name + " --help");
    return USAGE;
  }

  /** What is wrong with words that stand for nothing. */
  private static String unmatched(ParameterException failure) {
    UnmatchedArgumentException unmatched = (UnmatchedArgumentException) failure;
    String first = unmatched.getUnmatched().get(0);
    if (first.startsWith("-")) {
      return "there is no option " + first;
    }
    if (failure.getCommandLine().getParent() != null) {
      return "there is one word too many: " + first;
    }
    List<String> alike = unmatched.getSuggestions();
    String hint = alike.isEmpty() ? "" : ", perhaps " + String.join(" or ", alike);
    return "there is no command " + first + hint;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.@Nullable ParseResult words) {
    ErrorLine.print(commandLine, ErrorLine.reason(failure));
    return FAILED;
  }

  /** The version in the manifest. */
  public static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"dmsnap " + (version == null ? "(not packaged)" : version)};
    }
  }
}
