package org.dmsnap.cli.mounted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dmsnap.cli.terminal.ProgressLines;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a merge that has ended, in one way or another. */
class MergeProgressTest {

  private static final String HEADINGS = "  LV     VG   Attr       LSize   Origin Snap% \n";
  private static final String MERGED =
      "now INFO Merge of snapshot snap into base has finished: 1 b\n";

  @TempDir Path mountpoint;
  private final StringWriter printed = new StringWriter();

  @BeforeEach
  void makeControlFiles() throws Exception {
    Files.createDirectories(mountpoint.resolve("ctl/status"));
    Files.createDirectories(mountpoint.resolve("ctl/table"));
    write("status/base", "0 8 snapshot-merge Merge failed\n");
  }

  @Test
  void one_that_is_over_is_found_in_the_log() throws Exception {
    write("lvs", HEADINGS);
    write("log", MERGED);

    await(false);

    assertThat(printed.toString()).isEqualTo("  base: Merged: 100.00%\n");
  }

  @Test
  void on_a_terminal_there_is_a_bar() throws Exception {
    write("lvs", HEADINGS);
    write("log", MERGED);

    await(true);

    assertThat(printed.toString())
        .isEqualTo("\r  base: Merged: 100.00% [" + "#".repeat(30) + "]\n");
  }

  @Test
  void on_a_terminal_the_rate_and_the_time_left_are_told_after_a_second() {
    long[] nanos = {0};
    ProgressLines lines = new ProgressLines(new PrintWriter(printed), true, () -> nanos[0]);

    lines.merged("base", 10);
    nanos[0] = 2_000_000_000L;
    lines.merged("base", 11);

    assertThat(printed.toString().split("\r", -1))
        .satisfiesExactly(
            nothing -> assertThat(nothing).isEmpty(),
            first -> assertThat(first).startsWith("  base: Merged: 10.00% [###").endsWith("]"),
            second -> assertThat(second).endsWith(" ] 0.50%/s, 2:58 left"));
  }

  @Test
  void one_that_ends_while_it_is_looked_at_is_not_said_to_be_due() throws Exception {
    Path status = mountpoint.resolve("ctl/status/base");
    Files.delete(status);
    new ProcessBuilder("mkfifo", status.toString()).start().waitFor();
    write("lvs", HEADINGS + "  [snap] vg   Swi-a-s---   8.00m base   0.00  \n");
    CompletableFuture<Void> end =
        CompletableFuture.runAsync(
            () -> assertThatCode(() -> await(false)).doesNotThrowAnyException());

    try (OutputStream asked = Files.newOutputStream(status)) { // opens once it is read
      write("lvs", HEADINGS);
      asked.write("0 8 linear \n".getBytes(StandardCharsets.UTF_8));
    }
    end.get(60, TimeUnit.SECONDS);

    assertThat(printed.toString()).isEqualTo("  base: Merged: 100.00%\n");
  }

  @Test
  void one_that_has_failed_is_a_failure() throws Exception {
    write("lvs", HEADINGS + "  [snap] vg   Swi-m-s---   8.00m base         \n");

    assertThatThrownBy(() -> await(false)).hasMessageContaining("into base has failed");
  }

  @Test
  void what_does_not_merge_is_a_failure() throws Exception {
    write("log", "");
    write("lvs", HEADINGS + "  snap   vg   swi-a-s---   8.00m base   0.00  \n");
    assertThatThrownBy(() -> await(false)).hasMessageContaining("snap is not merging");

    write("lvs", HEADINGS);
    assertThatThrownBy(() -> await(false)).hasMessageContaining("by the name of snap");
  }

  @Test
  void a_mount_that_goes_away_is_a_failure() {
    assertThatThrownBy(() -> await(false)).hasMessageContaining("not mounted any more");
  }

  @Test
  void one_that_was_just_asked_for_has_started_or_waits() throws Exception {
    write("lvs", HEADINGS + "  [snap] vg   Swi-a-s---   8.00m base   0.00  \n");
    progress(false).tellBegun();
    write("status/base", "0 8 snapshot-origin \n");
    write("status/snap", "0 8 snapshot 16/32 16\n");
    progress(false).tellBegun();
    Files.delete(mountpoint.resolve("ctl/status/snap"));
    write("status/base", "0 8 linear \n");
    write("lvs", HEADINGS);
    progress(false).tellBegun();

    assertThat(printed.toString().lines())
        .containsExactly(
            "  Merging of volume snap started.",
            "  Merging of snap will occur when base and it are closed.",
            "  Merging of volume snap started.");
  }

  private void await(boolean terminal) throws IOException {
    progress(terminal).await();
  }

  private MergeProgress progress(boolean terminal) throws IOException {
    ProgressLines lines = new ProgressLines(new PrintWriter(printed), terminal, () -> 0);
    return new MergeProgress(new MountedPool(mountpoint), "snap", lines);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(mountpoint.resolve("ctl").resolve(file), text);
  }
}
