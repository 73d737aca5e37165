package org.dmsnap.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was done to a real kernel, and what it said and showed after each step.
 *
 * @param name the folder's name
 * @param steps in the order in which they were made
 */
record Scenario(String name, List<Step> steps) {

  /**
   * One line of {@code ops.txt}.
   *
   * @param line its number
   * @param words the operation and its arguments
   * @param expected what follows it in {@code expected.txt}, by the words before the colon; a
   *     return code under {@code rc}
   */
  record Step(int line, List<String> words, Map<String, String> expected) {
    @Override
    public String toString() {
      return "line " + line + ": " + String.join(" ", words);
    }
  }

  /** All there are, by name. */
  static List<Scenario> all() throws IOException {
    List<Scenario> scenarios = new ArrayList<>();
    try (Stream<Path> folders = Files.list(GoldenFiles.ALL)) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        scenarios.add(read(folder));
      }
    }
    return scenarios;
  }

  /** Where its files are. */
  Path folder() {
    return GoldenFiles.ALL.resolve(name);
  }

  private static Scenario read(Path folder) throws IOException {
    List<Step> steps = new ArrayList<>();
    for (String text : Files.readAllLines(folder.resolve("expected.txt"))) {
      if (text.startsWith("== ")) {
        String[] words = text.substring(3).split(" +");
        steps.add(
            new Step(
                Integer.parseInt(words[0]),
                List.of(words).subList(1, words.length),
                new LinkedHashMap<>()));
      } else {
        expect(steps.get(steps.size() - 1), text);
      }
    }
    return new Scenario(folder.getFileName().toString(), steps);
  }

  private static void expect(Step step, String text) {
    if (text.startsWith("rc ")) {
      step.expected().put("rc", text.substring(3));
    } else if (text.matches("(table|status|sha256|raw) .*")) {
      int colon = text.indexOf(':');
      step.expected().put(text.substring(0, colon), text.substring(colon + 1).strip());
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
