package org.dmsnap.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation points at is there. */
class DocumentationTest {

  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(#[^)]*)?\\)");
  private static final Pattern SELECTED_TEST = Pattern.compile("-Dtest='?([A-Za-z]+)\\b(?!\\*)");
  private static final Pattern FILE = Pattern.compile("`((?:docs|mount-helper|src)/[\\w./-]+)`");
  private static final List<Path> INDEXES =
      List.of(Path.of("README.md"), Path.of("docs/README.md"));

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.dmsnap.docs.Markdown#pages")
  void links_lead_to_files_and_headings(Path page) {
    assertThat(LINK.matcher(Markdown.text(page)).results())
        .filteredOn(link -> !link.group(1).startsWith("bench/")) // src/bench/run makes that
        .allSatisfy(
            link -> {
              Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
              assertThat(target).exists();
              if (link.group(2) != null) {
                assertThat(anchors(target)).contains(link.group(2));
              }
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.dmsnap.docs.Markdown#pages")
  void files_and_tests_that_are_named_exist(Path page) throws IOException {
    String text = Markdown.text(page);
    assertThat(FILE.matcher(text).results().map(file -> Path.of(file.group(1))))
        .allSatisfy(file -> assertThat(file).exists());
    List<String> classes = testClasses();
    assertThat(SELECTED_TEST.matcher(text).results().map(test -> test.group(1) + ".java"))
        .allSatisfy(test -> assertThat(classes).contains(test));
  }

  @Test
  void every_page_can_be_found_from_the_readme_or_the_index() {
    List<Path> linked =
        INDEXES.stream()
            .flatMap(
                index ->
                    LINK.matcher(Markdown.text(index))
                        .results()
                        .map(link -> index.resolveSibling(link.group(1)).normalize()))
            .toList();

    assertThat(Markdown.pages())
        .filteredOn(page -> !page.startsWith("docs/adr") && !INDEXES.contains(page))
        .isSubsetOf(linked);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("org.dmsnap.docs.Markdown#sessions")
  void a_recording_shows_its_session(Path session) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("awk", "-f", "docs/images/recording.awk", session.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LC_ALL", "C");
    Process awk = builder.start();
    awk.getOutputStream().close();
    String made = new String(awk.getInputStream().readAllBytes(), UTF_8);

    assertThat(awk.waitFor()).isZero();
    String picture = session.getFileName().toString().replace(".session", ".svg");
    assertThat(Markdown.text(session.resolveSibling(picture))).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/TROUBLESHOOTING.md", "src/main/man/dmsnap.8"})
  void what_does_not_reach_a_volume_is_said_where_people_look(String page) {
    assertThat(Markdown.text(Path.of(page)))
        .contains("syncfs")
        .containsPattern("do(es)? not (reach|pass)")
        .doesNotContain("`sync -f` or");
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/VOLUMES.md", "src/main/man/dmsnap.8"})
  void every_program_that_skips_holes_is_named(String page) {
    assertThat(Markdown.text(Path.of(page)).replace("\\", ""))
        .contains("cp --sparse=never", "conv=sparse", "zstd -d", "-S");
  }

  private static List<String> anchors(Path page) {
    return Markdown.text(page)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> "#" + title.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> testClasses() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
