package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command line against plain files in the places of a mount's. */
class MainTest {

  private static final String LVS =
      """
        LV   VG   Attr       LSize   Origin Snap%_
        base vg   owi-a-s--- 256.00m             _
        snap vg   swi-a-s---   8.00m base   12.65_
      """
          .replace('_', ' ');

  @TempDir Path mount;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void lay_out() throws IOException {
    Path status = Files.createDirectories(mount.resolve("ctl/status"));
    Files.writeString(status.resolve("snap"), "0 2048 snapshot 16/2048 16\n");
    Files.writeString(status.resolve("base"), "0 2048 snapshot-origin \n");
    Files.writeString(mount.resolve("ctl/lvs"), LVS);
    Files.writeString(mount.resolve("ctl/create"), "");
  }

  private int run(String... words) {
    CommandLine main = Main.commandLine();
    return main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
  }

  @Test
  void status_prints_every_line_after_its_device_s_name() {
    assertThat(run("status", mount.toString())).isZero();

    assertThat(out)
        .hasToString("base: 0 2048 snapshot-origin \nsnap: 0 2048 snapshot 16/2048 16\n");
  }

  @Test
  void status_of_a_device_prints_its_line_alone() {
    assertThat(run("status", mount.toString(), "snap")).isZero();

    assertThat(out).hasToString("0 2048 snapshot 16/2048 16\n");
  }

  @Test
  void status_in_json_has_the_fields_of_the_line() throws IOException {
    assertThat(run("status", "--json", mount.toString(), "snap")).isZero();

    assertThat(out.toString())
        .contains("\"name\": \"snap\"", "\"sectors\": 2048", "\"params\": \"16/2048 16\"");
    JsonSchema.of("status").check(out.toString());
  }

  @Test
  void lvs_in_json_has_lvm_s_names() throws IOException {
    assertThat(run("lvs", "--json", mount.toString())).isZero();

    assertThat(out.toString())
        .contains("{\"report\": [{\"lv\": [{\"lv_name\": \"base\"", "\"lv_size\": \"256.00m\"")
        .contains("\"origin\": \"base\", \"snap_percent\": \"12.65\"");
    JsonSchema.of("lvs").check(out.toString());
  }

  @Test
  void log_in_json_has_the_fields_of_the_line() throws IOException {
    String time = "2026-01-02T03:04:05.678Z";
    Files.writeString(
        mount.resolve("ctl/log"), time + " ERROR it is \"lost\"\n" + time + " INFO b c\n");

    assertThat(run("log", "--json", mount.toString())).isZero();

    JsonSchema.of("log").check(out.toString());
    assertThat(out.toString())
        .contains(
            "{\"time\": \"" + time + "\", \"level\": \"ERROR\", \"text\": \"it is \\\"lost\\\"\"}");
  }

  @Test
  void doctor_in_json_is_as_its_schema_says() throws IOException {
    run("doctor", "--json");

    JsonSchema.of("doctor").check(out.toString());
  }

  @Test
  void colours_are_there_when_they_are_asked_for_and_only_then() throws IOException {
    Files.writeString(mount.resolve("ctl/status/snap"), "0 2048 snapshot Invalid\n");
    Files.writeString(mount.resolve("ctl/log"), "now WARNING w\nnow ERROR e\nnow INFO i\n");

    run("status", mount.toString());
    run("log", mount.toString());
    run("lvs", mount.toString());
    assertThat(out.toString()).doesNotContain("\u001b");
    run("status", "--color", "always", mount.toString());
    run("log", "--color=always", mount.toString());

    assertThat(out.toString())
        .contains("\u001b[1msnap\u001b[0m: \u001b[31m0 2048 snapshot Invalid\u001b[0m\n")
        .contains("\u001b[33mnow WARNING w\u001b[0m\n\u001b[31mnow ERROR e\u001b[0m\nnow INFO i\n");
    assertThat(run("lvs", "--color", "red", mount.toString())).isEqualTo(2);
  }

  @Test
  void a_control_command_is_written_as_one_line() throws IOException {
    assertThat(run("create", mount.toString(), "base", "1G")).isZero();

    assertThat(mount.resolve("ctl/create")).hasContent("base 1G\n");
  }

  @Test
  void a_device_that_is_not_there_fails_in_one_line() {
    assertThat(run("status", mount.toString(), "../lvs")).isEqualTo(1);
    assertThat(run("status", mount.toString(), "x")).isEqualTo(1);

    assertThat(err.toString()).startsWith("dmsnap: ").hasLineCount(2);
  }

  @Test
  void what_is_no_mount_fails_in_clear_words() {
    assertThat(run("lvs", mount.resolve("ctl").toString())).isEqualTo(1);

    assertThat(err.toString()).contains("is not where you have a pool mounted").hasLineCount(1);
  }

  @Test
  void what_is_nowhere_is_not_said_to_be_mountable_over() {
    assertThat(run("lvs", mount.resolve("nowhere").toString())).isEqualTo(1);

    assertThat(err.toString()).contains("nowhere does not exist").doesNotContain("dmsnap mount");
  }

  @Test
  void links_that_lead_to_each_other_are_named() throws IOException {
    Files.createSymbolicLink(mount.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(mount.resolve("b"), Path.of("a"));

    assertThat(run("lvs", mount.resolve("a").toString())).isEqualTo(1);

    assertThat(err.toString()).contains("Too many levels of symbolic links").hasLineCount(1);
  }

  @Test
  void words_that_stand_for_nothing_are_named() {
    run("lvss", "/m");
    run("lvs", "/m", "more");
    run("lvs", "--bogus", "/m");

    assertThat(err.toString().lines())
        .satisfiesExactly(
            command -> assertThat(command).contains("there is no command lvss, perhaps lvs;"),
            word -> assertThat(word).contains("one word too many: more; see: dmsnap lvs --help"),
            option -> assertThat(option).contains("there is no option --bogus"));
  }

  @Test
  void each_subcommand_tells_the_version_that_its_help_promises() {
    assertThat(run("lvs", "-V")).isZero();
    assertThat(run("create", "--version")).isZero();

    assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("dmsnap "));
  }

  @Test
  void an_empty_path_is_not_the_current_directory() {
    assertThat(run("check", "")).isEqualTo(2);
    assertThat(run("mount", "", "/m")).isEqualTo(2);

    assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.contains("is empty"));
  }

  @Test
  void help_is_a_command_as_with_lvm() {
    assertThat(Main.meant("help", "lvs")).containsExactly("lvs", "--help");
    assertThat(Main.meant("help")).containsExactly("--help");
    assertThat(Main.meant("help", "lvss")).containsExactly("lvss");
    assertThat(Main.meant("lvs", "help")).containsExactly("lvs", "help");
    assertThat(Main.meant()).isEmpty();
  }

  @Test
  void the_help_of_each_command_has_examples_and_fits_a_terminal() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      List<String> footer = List.of(command.getCommandSpec().usageMessage().footer());
      String name = command.getCommandName();

      assertThat(footer).as(name).contains("Examples:");
      assertThat(footer).as(name).anyMatch(line -> line.startsWith("  dmsnap " + name + " "));
      assertThat(footer).as(name).allMatch(line -> line.length() < 80);
      assertThat(command.getUsageMessage().lines()).allMatch(line -> line.length() <= 80);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bogus",
        "lvs",
        "create",
        "create /m a",
        "create /m a 1M x",
        "mount /p",
        "mount -o bogus /p /m",
        "mount -o mode=9 /p /m"
      })
  void misuse_is_exit_code_2_and_one_line(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);

    assertThat(err.toString()).startsWith("dmsnap: ").contains("--help").hasLineCount(1);
  }

  @Test
  void a_word_that_would_be_two_lines_is_refused() {
    assertThat(run("create", mount.toString(), "a 1M\nb", "1M")).isEqualTo(2);
  }

  @Test
  void help_and_version_are_no_failures() {
    assertThat(run("--help")).isZero();
    assertThat(run("--version")).isZero();

    assertThat(out.toString()).contains("snapshot", "umount", "dmsnap ");
  }
}
