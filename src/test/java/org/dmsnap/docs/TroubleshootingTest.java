package org.dmsnap.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/TROUBLESHOOTING.md} quotes what the program says, and not what it once said. */
@TestInstance(Lifecycle.PER_CLASS)
class TroubleshootingTest {

  private static final Path PAGE = Path.of("docs/TROUBLESHOOTING.md");

  /** Where a literal goes on after the end of a line, or takes something up in between. */
  private static final String JOINT = "\"\\s*\\+\\s*\"";

  private List<String> sources = List.of();

  @BeforeAll
  void read_the_sources() throws IOException {
    try (Stream<Path> program = Files.walk(Path.of("src/main/java"));
        Stream<Path> resources = Files.walk(Path.of("src/main/resources"));
        Stream<Path> scripts = Files.walk(Path.of("mount-helper"))) {
      sources =
          Stream.concat(program, Stream.concat(resources, scripts))
              .filter(Files::isRegularFile)
              .map(Markdown::text)
              .map(text -> text.replaceAll(JOINT, "").replace("\\\"", "\""))
              .toList();
    }
  }

  /** What does not differ, of each message, stands in one file. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void a_quoted_message_is_said_by_the_program(String message) {
    List<String> fixed =
        Arrays.stream(message.split("\\*[^*]+\\*")).filter(part -> part.length() > 2).toList();

    assertThat(fixed).as("words of the program's own").isNotEmpty();
    assertThat(sources.stream().filter(source -> fixed.stream().allMatch(source::contains)))
        .as("the source that says all of %s", fixed)
        .isNotEmpty();
  }

  @Test
  void there_are_messages() {
    assertThat(messages()).hasSizeGreaterThan(30);
  }

  /** The lines that are quotations. */
  static Stream<String> messages() {
    return Markdown.text(PAGE)
        .lines()
        .filter(line -> line.startsWith("> "))
        .map(l -> l.substring(2));
  }
}
