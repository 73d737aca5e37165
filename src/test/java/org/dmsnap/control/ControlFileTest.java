package org.dmsnap.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileTest extends ControlFixture {

  private static final int EINVAL = Errno.EINVAL.intValue();

  @ParameterizedTest
  @ValueSource(strings = {"a 1M\n", "a 1M", "\n\n  a\t 1M \n\n", "a 1M\r\n"})
  void a_line_ends_at_a_newline_or_at_the_end_of_the_write(String request) {
    assertThat(errnoOf("create", request)).isZero();

    assertThat(table("a")).isEqualTo("0 2048 linear a.img 0");
  }

  @Test
  void lines_are_run_one_after_the_other() {
    assertThat(errnoOf("create", "a 1M\nb 2M\n")).isZero();

    assertThat(pool.device("a")).isNotNull();
    assertThat(pool.device("b")).isNotNull();
  }

  @Test
  void a_failed_line_stops_the_rest() {
    assertThat(errnoOf("create", "a 1M\na 1M\nb 1M\n")).isEqualTo(Errno.EEXIST.intValue());

    assertThat(pool.device("a")).isNotNull();
    assertThat(pool.device("b")).isNull();
  }

  @Test
  void the_file_says_how_it_is_used() {
    assertThat(text(file("create"))).startsWith("usage: NAME SIZE\n").endsWith(".\n");
  }

  @Test
  void after_a_failure_the_same_open_file_says_why_and_after_success_how_it_is_used() {
    ControlFile file = file("create");

    file.write("a 5".getBytes(UTF_8));
    assertThat(text(file)).startsWith("bad size 5").endsWith("\n");

    file.write("a 5M".getBytes(UTF_8));
    assertThat(text(file)).startsWith("usage");
  }

  @Test
  void after_a_success_with_a_warning_the_same_open_file_warns() {
    file("create").write("a 1M".getBytes(UTF_8));
    ControlFile file = file("snapshot");

    assertThat(file.write("s a 16M".getBytes(UTF_8))).isZero();
    assertThat(text(file)).startsWith("s: reducing COW size").endsWith("\n").hasLineCount(1);

    assertThat(file.write("t a 64K".getBytes(UTF_8))).isZero();
    assertThat(text(file)).startsWith("usage");
  }

  @Test
  void a_request_that_is_too_long_is_refused_whole() {
    String longRequest = "a 1M\n" + "\n".repeat(ControlFile.MAX_REQUEST);

    assertThat(errnoOf("create", longRequest)).isEqualTo(EINVAL);
    assertThat(pool.device("a")).isNull();
  }

  @Test
  void a_line_that_is_too_long_has_nothing_of_its_request_run() {
    String request = "a 1M\n" + "x".repeat(ControlFile.MAX_LINE + 1) + "\n";

    assertThat(errnoOf("create", request)).isEqualTo(EINVAL);
    assertThat(pool.device("a")).isNull();
  }

  @Test
  void the_longest_request_and_the_longest_line_are_run() {
    String line = "a 1M" + " ".repeat(ControlFile.MAX_LINE - 4) + "\n";
    String request = line + "\n".repeat(ControlFile.MAX_REQUEST - line.length());

    assertThat(errnoOf("create", request)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a 1M extra", "a\0b 1M", "../a 1M", "\u001b[2J 1M"})
  void bad_words_are_einval_and_change_nothing(String line) {
    assertThat(errnoOf("create", line)).isEqualTo(EINVAL);

    assertThat(pool.devices()).isEmpty();
    assertThat(TextFiles.log(pool)).doesNotContain("\u001b", "\0");
  }

  @Test
  void every_command_and_how_it_ended_is_in_the_log() {
    write("create", "a 1M\nb 5\n");

    assertThat(TextFiles.log(pool))
        .containsPattern("Z INFO create a 1M: done\n")
        .containsPattern("Z ERROR create b 5: failed, EINVAL: bad size 5");
  }

  @Test
  void a_read_only_pool_takes_no_commands() throws Exception {
    close();
    open(new PoolOptions(true, false, 70, 20, OverflowPolicy.INVALIDATE));

    assertThat(errnoOf("create", "a 1M")).isEqualTo(Errno.EROFS.intValue());
  }

  @Test
  void a_failure_without_errno_is_eio() {
    ControlFile file = new ControlFile(new BrokenCommand(), pool);

    assertThat(file.write("x".getBytes(UTF_8))).isEqualTo(Errno.EIO.intValue());
    assertThat(text(file)).isEqualTo("AssertionError\n");
  }

  /** Fails as no command should. */
  private static final class BrokenCommand implements Command {

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String words() {
      return "WORD";
    }

    @Override
    public String purpose() {
      return "Fails.";
    }

    @Override
    public void run(Pool pool, List<String> words) throws IOException {
      throw new AssertionError();
    }
  }
}
