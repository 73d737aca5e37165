package org.dmsnap.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;

/** What is printed of a text that changes, and in which colours. */
class WatchTest {

  private final StringWriter out = new StringWriter();
  private final Deque<String> texts = new ArrayDeque<>();

  /** The texts one after the other, then none. */
  private String next() throws IOException {
    if (texts.isEmpty()) {
      throw new IOException("it is gone");
    }
    return texts.pop();
  }

  private Watch watch(boolean tty) {
    return new Watch(new PrintWriter(out), tty, 1);
  }

  @Test
  void in_a_pipe_it_is_printed_when_it_has_changed() {
    texts.addAll(List.of("a\n", "a\n", "b\n", "b\n", "a\n"));

    assertThatThrownBy(() -> watch(false).show(this::next)).hasMessage("it is gone");

    assertThat(out).hasToString("a\nb\na\n");
  }

  @Test
  void on_a_terminal_it_is_drawn_in_one_place() {
    texts.addAll(List.of("long\nb\n", "a\n"));

    assertThatThrownBy(() -> watch(true).show(this::next)).hasMessage("it is gone");

    String home = "\u001b[H";
    assertThat(out)
        .hasToString(
            home
                + "\u001b[2J"
                + home
                + "long\u001b[K\nb\u001b[K\n\u001b[J"
                + home
                + "a\u001b[K\n\u001b[J");
  }

  @Test
  void a_pool_that_is_no_longer_mounted_is_said_to_be_so() {
    boolean[] seen = {false};
    Watch.Text once =
        () -> {
          if (seen[0]) {
            throw new ErrnoException(Errno.EINVAL, "no pool is mounted there");
          }
          seen[0] = true;
          return "a\n";
        };

    assertThatThrownBy(() -> watch(false).show(once)).hasMessageContaining("any more");
    assertThatThrownBy(() -> watch(false).show(once)).hasMessage("no pool is mounted there");
    seen[0] = false;
    assertThatThrownBy(() -> watch(false).follow(once)).hasMessageContaining("any more");
  }

  @Test
  void of_a_log_only_what_is_new_is_printed() {
    texts.addAll(List.of("", "1\n2\n", "1\n2\n3\n", "2\n3\n4\n5\n", "8\n9\n"));

    assertThatThrownBy(() -> watch(false).follow(this::next)).hasMessage("it is gone");

    assertThat(out).hasToString("1\n2\n3\n4\n5\n8\n9\n");
  }

  @Test
  void it_ends_when_it_is_interrupted() throws IOException {
    Thread.currentThread().interrupt();

    watch(false).show(() -> "a\n");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(out).hasToString("a\n");
  }

  @Test
  void colours_are_for_terminals_unless_someone_says_otherwise() {
    Map<String, String> none = Map.of();
    Map<String, String> noColour = Map.of("NO_COLOR", "1");

    assertThat(Palette.of("auto", true, none).on()).isTrue();
    assertThat(Palette.of("auto", false, none).on()).isFalse();
    assertThat(Palette.of("auto", true, noColour).on()).isFalse();
    assertThat(Palette.of("auto", true, Map.of("NO_COLOR", "")).on()).isTrue();
    assertThat(Palette.of("auto", true, Map.of("TERM", "dumb")).on()).isFalse();
    assertThat(Palette.of("always", false, noColour).on()).isTrue();
    assertThat(Palette.of("never", true, none).on()).isFalse();
    assertThatThrownBy(() -> Palette.of("red", true, none)).hasMessageContaining("red");
  }
}
