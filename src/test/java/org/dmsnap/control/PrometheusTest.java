package org.dmsnap.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ctl/metrics} and the example rules, by Prometheus' own judge where that is installed
 * (Debian's package {@code prometheus}), and by its format's description everywhere.
 */
class PrometheusTest extends ControlFixture {

  private static final Path RULES = Path.of("docs/prometheus-rules.yml");
  private static final Pattern NAME = Pattern.compile("dmsnap_[a-z_]+");
  private static final Pattern SAMPLE =
      Pattern.compile("(dmsnap_[a-z_]+)\\{([a-z]+=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)+\\} [0-9]+");

  @TempDir Path work;

  @BeforeEach
  void a_pool_with_a_snapshot() {
    write("create", "base 1M");
    write("snapshot", "snap base 1M");
  }

  @Test
  void every_sample_follows_the_help_and_the_type_of_its_metric() {
    String metric = "";
    for (String line : TextFiles.metrics(pool).lines().toList()) {
      if (line.startsWith("# HELP ")) {
        metric = line.split(" ")[2];
        assertThat(line).matches("# HELP dmsnap_[a-z_]+ [^\\\\]+\\.");
      } else if (line.startsWith("# TYPE ")) {
        assertThat(line).isEqualTo("# TYPE " + metric + " gauge");
      } else {
        assertThat(line).matches(SAMPLE).startsWith(metric + "{");
      }
    }
  }

  @Test
  void the_rules_speak_of_metrics_that_there_are() throws IOException {
    Set<String> metrics = new HashSet<>(names(TextFiles.metrics(pool)));

    assertThat(names(Files.readString(RULES))).isNotEmpty().isSubsetOf(metrics);
  }

  @Test
  @Tag("exhaustive") // it needs more than a check installs
  void promtool_finds_nothing_wrong() throws Exception {
    assumeTrue(installed(), "needs promtool, of Debian's package prometheus (100 MB)");
    Path metrics = Files.writeString(work.resolve("metrics"), TextFiles.metrics(pool));

    assertThat(run("promtool check metrics <" + metrics)).isEmpty();
    assertThat(run("promtool check rules " + RULES)).contains("SUCCESS");
  }

  private static boolean installed() throws Exception {
    return new ProcessBuilder("sh", "-c", "command -v promtool").start().waitFor() == 0;
  }

  private static String run(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static List<String> names(String text) {
    return NAME.matcher(text).results().map(MatchResult::group).distinct().toList();
  }
}
