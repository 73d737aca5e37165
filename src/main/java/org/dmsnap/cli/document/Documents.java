package org.dmsnap.cli.document;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsnap.cli.Main;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages and the completions of the shells, as the build does; from the model of
 * the command line, so that a new command is in them.
 */
final class Documents {

  private static final String VERSION = "@VERSION@";

  private final Path written;
  private final Path share;
  private final CommandLine commandLine = Main.commandLine();

  /**
   * @param written the directory of what was written by hand: {@code man}, {@code completion}
   * @param share what is to be laid out as {@code /usr/share}
   */
  Documents(Path written, Path share) {
    this.written = written;
    this.share = share;
  }

  /** Writes them; the words are the two directories of {@link #Documents}. */
  public static void main(String[] words) throws IOException {
    Documents documents = new Documents(Path.of(words[0]), Path.of(words[1]));
    documents.writeManual();
    documents.writeCompletions();
  }

  /** A page for every command, and those that were written whole. */
  void writeManual() throws IOException {
    List<CommandLine> commands = new ArrayList<>(ManPage.subcommands(commandLine));
    commands.add(commandLine);
    for (CommandLine command : commands) {
      String name = ManPage.name(command) + ".8";
      Path supplement = written.resolve("man").resolve(name);
      String text = Files.exists(supplement) ? Files.readString(supplement) : "";
      writePage(name, new ManPage(command, text).text(version()));
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(written.resolve("man"))) {
      for (Path file : files) {
        String text = Files.readString(file);
        if (text.startsWith(".TH ")) {
          writePage(file.getFileName().toString(), text.replace(VERSION, version()));
        }
      }
    }
  }

  private void writePage(String name, String text) throws IOException {
    write("man/man" + name.charAt(name.length() - 1) + "/" + name, text);
  }

  /**
   * Bash's, which picocli makes and which learns of mounts and volumes; and zsh's, which uses it.
   */
  void writeCompletions() throws IOException {
    String volumes = Files.readString(written.resolve("completion/volumes.bash"));
    String bash =
        AutoComplete.bash(commandLine.getCommandName(), commandLine).replaceFirst("^#!.*\n", "")
            + volumes
                .replace("@MOUNTED@", String.join(" ", commandsOnMounts()))
                .replace("@VALUED@", String.join(" ", valuedOptions()));
    write("bash-completion/completions/dmsnap", bash);
    write(
        "zsh/vendor-completions/_dmsnap", Files.readString(written.resolve("completion/_dmsnap")));
  }

  /** The commands whose first word is a mountpoint. */
  private List<String> commandsOnMounts() {
    return ManPage.subcommands(commandLine).stream()
        .filter(
            command ->
                command.getCommandSpec().positionalParameters().stream()
                    .map(PositionalParamSpec::paramLabel)
                    .findFirst()
                    .filter("MOUNTPOINT"::equals)
                    .isPresent())
        .map(CommandLine::getCommandName)
        .collect(Collectors.toList());
  }

  /** The options of all commands that a value follows. */
  private Set<String> valuedOptions() {
    return ManPage.subcommands(commandLine).stream()
        .flatMap(command -> command.getCommandSpec().options().stream())
        .filter(option -> option.arity().max() > 0 && !option.hidden())
        .flatMap(option -> Stream.of(option.names()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void write(String name, String text) throws IOException {
    Path file = share.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String version() {
    return new Main.Version().getVersion()[0];
  }
}
