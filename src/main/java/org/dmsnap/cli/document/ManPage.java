package org.dmsnap.cli.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page of a command, in man(7): what its model says, with the examples and sections that
 * were written for it.
 */
final class ManPage {

  private static final String SECTION = ".SH ";
  private static final String EXAMPLES = "EXAMPLES";

  private final CommandLine command;
  private final Supplement supplement;
  private final StringBuilder page = new StringBuilder();

  /**
   * @param supplement in man(7): examples first, then further sections; or empty
   */
  ManPage(CommandLine command, String supplement) {
    this.command = command;
    this.supplement = Supplement.of(supplement);
  }

  /** The name of the page of {@code command}, without its section. */
  static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  /** The text of the page, for a program of {@code version}. */
  String text(String version) {
    String name = name(command);
    line(".TH " + roff(name.toUpperCase(Locale.ROOT)) + " 8 \"\" \"" + roff(version) + "\" dmsnap");
    section("NAME", roff(name) + " \\- " + roff(purpose()));
    section("SYNOPSIS", ".nh\n.ad l\n" + synopsis() + "\n.ad b\n.hy");
    examples();
    section("DESCRIPTION", roff(help(command.getHelp().description())) + verbatim(footer(false)));
    section("COMMANDS", commands());
    section("OPTIONS", arguments());
    page.append(supplement.sections());
    section(
        "EXIT STATUS",
        "0: done. 1: failed, and one line on standard error says why. 2: wrong usage.");
    section("SEE ALSO", seeAlso());
    return page.toString();
  }

  private void section(String title, String body) {
    if (!body.isBlank() && !supplement.has(title)) {
      line(SECTION + "\"" + title + "\"");
      line(body);
    }
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  /** The first sentence of the description, as the line after the name has it. */
  private String purpose() {
    String text = help(command.getHelp().description()).replaceAll("(?s)\\.(\\s.*)?$", "");
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }

  /** The words of a use: what is typed as it stands is bold, what stands for something italic. */
  private String synopsis() {
    String words = roff(help(command.getHelp().synopsis(0)));
    String name = roff(command.getCommandSpec().qualifiedName());
    return "\\fB" + name + "\\fR" + italic(words.substring(name.length()));
  }

  /** Those that were written for the page; the short ones of the help where there are none. */
  private void examples() {
    String fromHelp = verbatim(footer(true));
    page.append(supplement.examples());
    if (supplement.examples().isEmpty() && !fromHelp.isEmpty()) {
      line(SECTION + EXAMPLES + fromHelp);
    }
  }

  /** The lines of the footer from the heading of its examples on, or those before it. */
  private String footer(boolean examples) {
    List<String> lines = List.of(command.getCommandSpec().usageMessage().footer());
    int heading = lines.indexOf("Examples:");
    int end = heading < 0 ? lines.size() : heading;
    List<String> part =
        examples
            ? lines.subList(Math.min(end + 1, lines.size()), lines.size())
            : lines.subList(0, end);
    return String.join("\n", part).replaceAll("^\\R+|\\s+$", "");
  }

  private static String verbatim(String text) {
    return text.isEmpty() ? "" : "\n.PP\n.nf\n" + roff(text.replace("%%", "%")) + "\n.fi";
  }

  private String commands() {
    return subcommands(command).stream()
        .map(
            sub ->
                ".TP\n\\fB"
                    + roff(name(sub))
                    + "\\fR(8)\n"
                    + roff(help(sub.getHelp().description())))
        .collect(Collectors.joining("\n"));
  }

  /** The subcommands that are no secret. */
  static List<CommandLine> subcommands(CommandLine command) {
    return command.getSubcommands().values().stream()
        .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  private String arguments() {
    CommandSpec spec = command.getCommandSpec();
    List<String> entries = new ArrayList<>();
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        entries.add(entry("\\fI" + label(parameter) + "\\fR", parameter.description()));
      }
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        String names = "\\fB" + roff(String.join(", ", option.names())) + "\\fR";
        String value = option.arity().max() == 0 ? "" : " \\fI" + label(option) + "\\fR";
        entries.add(entry(names + value, option.description()));
      }
    }
    return String.join("\n", entries);
  }

  private static String label(CommandLine.Model.ArgSpec argument) {
    return roff(argument.paramLabel().replaceAll("[<>]", ""));
  }

  private static String entry(String tag, String... description) {
    return ".TP\n" + tag + "\n" + roff(help(String.join(" ", description)));
  }

  private String seeAlso() {
    @Nullable CommandLine parent = command.getParent();
    String first = parent == null ? "" : ".BR " + roff(name(parent)) + " (8),\n";
    return first
        + ".BR dmsnap\\-ctl (7),\n.BR dmsnap\\-pool (5),\n.BR mount.dmsnap (8),\n.BR dmsetup (8),\n"
        + ".BR lvs (8)";
  }

  private static String italic(String words) {
    return words.replaceAll("\\b([A-Z]{2,})\\b", "\\\\fI$1\\\\fR");
  }

  /** Help text without its colours and format. */
  private static String help(String text) {
    return Ansi.OFF.string(text).replace("%%", "%").replaceAll("\\s*\\R\\s*", " ").strip();
  }

  /** {@code text} so that roff prints it as it is. */
  private static String roff(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replaceAll("(?m)^([.'])", "\\\\&$1")
        .replaceAll("(?m)^$", "\\\\&");
  }

  /** What was written by hand: the examples, and the sections that follow the options. */
  private record Supplement(String examples, String sections) {

    static Supplement of(String text) {
      int second = text.indexOf("\n" + SECTION) + 1;
      return second == 0
          ? new Supplement(text, "")
          : new Supplement(text.substring(0, second), text.substring(second));
    }

    boolean has(String title) {
      return (examples + sections).lines().anyMatch((SECTION + title)::equals);
    }
  }
}
