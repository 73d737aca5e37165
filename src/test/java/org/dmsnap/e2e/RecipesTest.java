package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dmsnap.docs.Markdown;
import org.dmsnap.docs.Markdown.Block;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recipes of {@code docs/RECIPES.md}, run as they stand there.
 *
 * <p>A recipe is a section. Of its blocks {@code sh} is run here, {@code sh kernel} in a kernel
 * that runs as a program, {@code sh syntax} is only parsed. What a comment has behind {@code test}
 * is run as well: it prepares, and looks whether the recipe did what it says. The comment before
 * the first section comes before each. {@code -Ddmsnap.recipes=REGEX} runs those of such a name.
 */
class RecipesTest {

  private static final Path PAGE = Path.of("docs/RECIPES.md");
  private static final Path TEST_FILES = Path.of("src/test/resources").toAbsolutePath();
  private static final int SKIPPED = 77;

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void a_recipe_does_what_it_says(String name) {
    Result result =
        pool.run(
            "kernel="
                + TEST_FILES.resolve("kernel")
                + "; . "
                + TEST_FILES.resolve("recipes/prelude.sh")
                + "\n"
                + script(name));

    assumeFalse(result.status() == SKIPPED, () -> result.errors().replaceAll("(?s).*\nskip: ", ""));
    assertThat(result.succeeded()).as("%s\n%s", result.output(), result.errors()).isTrue();
  }

  /** The sections that have something to run. */
  static Stream<String> recipes() {
    return Markdown.blocks(PAGE).stream()
        .filter(block -> block.kind().startsWith("sh"))
        .map(Block::section)
        .distinct()
        .filter(name -> name.matches(System.getProperty("dmsnap.recipes", ".*")));
  }

  private static String script(String name) {
    StringBuilder script = new StringBuilder();
    boolean inKernel = false;
    for (Block block : ofRecipe(name)) {
      boolean kernel = block.kind().endsWith(" kernel");
      if (kernel != inKernel) {
        script.append(kernel ? "in_kernel <<'THE_KERNEL'\n" : "THE_KERNEL\n");
        inKernel = kernel;
      }
      boolean parsed = block.kind().endsWith(" syntax");
      script.append(parsed ? "parsed() {\n" : "").append(block.text()).append(parsed ? "}\n" : "");
    }
    return script.append(inKernel ? "THE_KERNEL\n" : "").toString();
  }

  private static List<Block> ofRecipe(String name) {
    return Markdown.blocks(PAGE).stream()
        .filter(block -> block.kind().matches("(sh|test).*"))
        .filter(block -> block.section().isEmpty() || block.section().equals(name))
        .toList();
  }
}
