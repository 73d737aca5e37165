package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dmsnap.docs.Markdown;
import org.dmsnap.docs.Markdown.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands in the documentation are those of the command line, with its words and options. */
class DocumentedCommandsTest {

  /** In a line of shell: up to where the command ends, or a comment begins. */
  private static final Pattern CALL =
      Pattern.compile("(?:^|[\\s(;&|])dmsnap ((?:\"[^\"]*\"|[^|;&>)\"#]|(?<! )#)*)");

  private static final Pattern NAMED = Pattern.compile("`dmsnap ([a-z]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|\\S+");

  private static final Set<String> COMMANDS = Main.commandLine().getSubcommands().keySet();

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.dmsnap.docs.Markdown#pages")
  void what_is_to_be_typed_is_understood(Path page) {
    assertThat(Markdown.blocks(page))
        .filteredOn(block -> block.kind().startsWith("sh") || !block.typed().isEmpty())
        .allSatisfy(block -> calls(block).forEach(words -> Main.commandLine().parseArgs(words)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.dmsnap.docs.Markdown#pages")
  void commands_that_are_named_exist(Path page) {
    assertThat(NAMED.matcher(Markdown.text(page)).results().map(name -> name.group(1)))
        .allSatisfy(name -> assertThat(COMMANDS).contains(name));
  }

  @Test
  void every_command_is_in_the_table_of_the_readme() {
    String text = Markdown.text(Path.of("README.md"));
    List<String> rows =
        text.substring(text.indexOf("## Commands"))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("(?<!\\\\)\\|")[1])
            .toList();

    assertThat(COMMANDS)
        .allSatisfy(name -> assertThat(rows).anyMatch(row -> row.matches(".*`" + name + "[ `].*")));
  }

  private static Stream<String[]> calls(Block block) {
    List<String> typed = block.typed();
    Stream<String> lines = typed.isEmpty() ? block.text().lines() : typed.stream();
    return lines
        .flatMap(line -> CALL.matcher(line).results())
        .map(call -> call.group(1))
        .map(call -> WORD.matcher(call).results().map(DocumentedCommandsTest::bare))
        .map(words -> words.toArray(String[]::new));
  }

  private static String bare(MatchResult word) {
    return word.group(1) == null ? word.group() : word.group(1);
  }
}
