package org.dmsnap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What keeps the sources fit to live in and no other tool looks at. */
class TidyTest {

  private static final Path MAIN = Path.of("src/main/java");
  private static final Path TESTS = Path.of("src/test/java");

  private static final int LINES_OF_A_FILE = 300;
  private static final int COLUMNS = 100;

  private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

  /** Suffixes that say nothing about what a class is for. */
  private static final Pattern EMPTY_NAME =
      Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base|Info|Data|Processor)\\.java");

  /** A path, rather than words that speak of one. */
  private static final Pattern KERNEL_PATH = Pattern.compile("\"/(proc|sys)\\b");

  private static final Pattern TOP_LEVEL_TYPE =
      Pattern.compile("^(?:[a-z-]+ )*(?:class|interface|record|enum|@interface) [A-Z].*");

  @Test
  void no_file_is_longer_than_300_lines() {
    assertThat(files(MAIN)).filteredOn(file -> lines(file).size() > LINES_OF_A_FILE).isEmpty();
  }

  @Test
  void no_line_is_wider_than_100_columns() {
    assertThat(findings(line -> line.length() > COLUMNS && !line.startsWith("import "))).isEmpty();
  }

  @Test
  void nothing_is_left_for_later() {
    assertThat(findings(line -> UNFINISHED.matcher(line).find() && !line.contains("Pattern")))
        .isEmpty();
  }

  @Test
  void every_package_says_what_it_is_for() {
    assertThat(
            files(MAIN).stream().map(file -> file.resolveSibling("package-info.java")).distinct())
        .filteredOn(file -> !Files.exists(file) || !isMarkedAndDocumented(file))
        .isEmpty();
  }

  @Test
  void every_type_says_what_it_is_for() {
    assertThat(files(MAIN)).filteredOn(file -> !hasJavadoc(file)).isEmpty();
  }

  @Test
  void no_class_is_named_for_nothing() {
    assertThat(files(MAIN))
        .filteredOn(file -> EMPTY_NAME.matcher(file.toString()).matches())
        .filteredOn(file -> !file.endsWith("package-info.java"))
        .isEmpty();
  }

  @Test
  void what_the_kernel_tells_is_named_in_its_own_package_alone() {
    assertThat(findings(line -> KERNEL_PATH.matcher(line).find()))
        .filteredOn(place -> place.startsWith(MAIN.toString()))
        .filteredOn(place -> !place.startsWith(MAIN.resolve("org/dmsnap/kernel") + "/"))
        .isEmpty();
  }

  private static boolean isMarkedAndDocumented(Path packageInfo) {
    List<String> lines = lines(packageInfo);
    return lines.get(0).startsWith("/**") && lines.contains("@NullMarked");
  }

  /** Whether a Javadoc ends above each top-level type, or above its annotations. */
  private static boolean hasJavadoc(Path file) {
    List<String> lines = lines(file);
    return IntStream.range(0, lines.size())
        .filter(i -> TOP_LEVEL_TYPE.matcher(lines.get(i)).matches())
        .allMatch(i -> lines.subList(0, i).stream().anyMatch(line -> line.endsWith("*/")));
  }

  private static List<String> findings(Predicate<String> bad) {
    return Stream.of(MAIN, TESTS)
        .flatMap(tree -> files(tree).stream())
        .flatMap(
            file ->
                IntStream.range(0, lines(file).size())
                    .filter(i -> bad.test(lines(file).get(i)))
                    .mapToObj(i -> file + ":" + (i + 1)))
        .toList();
  }

  private static List<Path> files(Path tree) {
    try (Stream<Path> walk = Files.walk(tree)) {
      return walk.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
