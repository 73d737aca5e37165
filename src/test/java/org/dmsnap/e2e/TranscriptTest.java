package org.dmsnap.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dmsnap.docs.Markdown;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The sessions in the README and in {@code docs/images}: what is typed is typed, and what is
 * printed has to be what stands there, but for the numbers of a status line.
 */
class TranscriptTest {

  /** What is typed only to look; repeated until it shows what stands there. */
  private static final Pattern LOOK = Pattern.compile("(cat|grep|dmsnap lvs) .*");

  private static final Pattern NUMBERS = Pattern.compile("\\d+(/\\d+) \\d+$|\\d+\\.\\d\\d *$");
  private static final Pattern PROGRESS = Pattern.compile("  .*(Merg(ed|ing)).*");

  @AutoClose private final MountedPool pool = MountedPool.empty();

  /** A command and what it prints. */
  private record Step(String typed, List<String> printed) {}

  @ParameterizedTest(name = "{0}")
  @MethodSource("transcripts")
  void a_session_goes_as_it_stands_there(String name, String text) {
    pool.sh("rmdir vg");
    if (!text.contains("mkdir vg")) {
      pool.sh("mkdir vg");
    }

    for (Step step : steps(text)) {
      if (LOOK.matcher(step.typed).matches()) {
        MountedPool.await(step.typed, () -> comparable(type(step)).equals(comparable(step)));
      } else {
        assertThat(comparable(type(step))).as(step.typed).isEqualTo(comparable(step));
      }
    }
  }

  /** Name and text of each. */
  static Stream<Object[]> transcripts() {
    Stream<Object[]> readme =
        Markdown.blocks(Path.of("README.md")).stream()
            .filter(block -> !block.typed().isEmpty())
            .map(block -> new Object[] {"README, " + block.section(), block.text()});
    Stream<Object[]> recorded =
        Markdown.sessions().stream()
            .map(file -> new Object[] {file.getFileName().toString(), Markdown.text(file)});
    return Stream.concat(readme, recorded);
  }

  private static List<Step> steps(String text) {
    List<Step> steps = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("$ ")) {
        steps.add(new Step(line.substring(2), new ArrayList<>()));
      } else {
        steps.get(steps.size() - 1).printed.add(line);
      }
    }
    return steps;
  }

  /** Types it, with the places of the session being those of the test. */
  private Step type(Step step) {
    String script = step.typed.replaceAll("(?<=[ >])/(mnt/vg|[ab]\\b)", "\\$work/$1");
    script = script.replace("$work/mnt/vg", "$mnt");

    Result result = pool.run("export LC_ALL=C.UTF-8 PATH=${dmsnap%/*}:$PATH; " + script);

    assertThat(result.succeeded()).as("%s: %s", step.typed, result).isTrue();
    String printed = new String(result.output().getBytes(ISO_8859_1), UTF_8); // see Shell
    printed = printed.replace(pool.mountpoint().toString(), "/mnt/vg");
    return new Step(step.typed, printed.lines().toList());
  }

  /** Without what differs: numbers, spaces at the end, how far a merge was in between. */
  private static String comparable(Step step) {
    return String.join(
        "\n",
        step.printed.stream()
            .filter(line -> !PROGRESS.matcher(line).matches() || line.contains(" 100.00%"))
            .map(line -> NUMBERS.matcher(line).replaceAll("N$1 N").stripTrailing())
            .toList());
  }
}
