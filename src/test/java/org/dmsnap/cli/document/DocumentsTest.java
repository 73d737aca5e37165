package org.dmsnap.cli.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dmsnap.cli.Main;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual and the completions of the shells, as they are installed. */
class DocumentsTest {

  private static final Path WRITTEN = Path.of("src/main");

  @TempDir Path share;

  @BeforeEach
  void write() throws IOException {
    Documents documents = new Documents(WRITTEN, share);
    documents.writeManual();
    documents.writeCompletions();
  }

  @Test
  void every_command_has_a_page_that_names_its_options() throws IOException {
    List<CommandLine> commands = ManPage.subcommands(Main.commandLine());

    assertThat(commands).hasSizeGreaterThan(10);
    for (CommandLine command : commands) {
      assertThat(page(command))
          .contains("dmsnap " + command.getCommandName() + "\\fR")
          .contains(".SH \"OPTIONS\"", ".SH \"SEE ALSO\"");
      for (OptionSpec option : command.getCommandSpec().options()) {
        String name = option.longestName().replace("-", "\\-");
        assertThat(page(command).contains(name)).as(name).isEqualTo(!option.hidden());
      }
    }
  }

  @Test
  void no_page_is_written_for_a_command_that_is_gone() throws IOException {
    try (Stream<Path> files = Files.list(WRITTEN.resolve("man"))) {
      assertThat(files.toList())
          .allSatisfy(file -> assertThat(installed(file.getFileName().toString())).exists());
    }
  }

  @Test
  void examples_come_before_what_they_explain() throws IOException {
    try (Stream<Path> pages = Files.walk(share.resolve("man")).filter(Files::isRegularFile)) {
      assertThat(pages)
          .hasSizeGreaterThan(20)
          .allSatisfy(
              page ->
                  assertThat(Files.readString(page))
                      .containsPattern("(?s)SYNOPSIS.*SH EXAMPLES.*\\.SH .?DESCRIPTION"));
    }
  }

  @Test
  void every_mount_option_is_described() throws IOException {
    String page = Files.readString(installed("mount.dmsnap.8"));

    String[] footer =
        Main.commandLine("mount")
            .getSubcommands()
            .get("mount")
            .getCommandSpec()
            .usageMessage()
            .footer();

    assertThat(Stream.of(footer).filter(line -> line.startsWith("  ")))
        .hasSizeGreaterThan(5)
        .allSatisfy(line -> assertThat(page).contains(line.strip().split("[ ,=]")[0]));
  }

  @Test
  void the_manual_is_rendered_without_a_warning() throws Exception {
    assumeTrue(run("command -v man groff").exit() == 0, "needs man-db and groff");

    Result warnings =
        run(
            "export LC_ALL=C.UTF-8 MANWIDTH=80; for page in man/*/*; do"
                + " man --warnings -E UTF-8 -l -Tutf8 -Z $page 2>&1 >/dev/null; done");

    assertThat(warnings).isEqualTo(new Result(0, ""));
  }

  @Test
  void the_completions_are_what_their_shells_can_read() throws Exception {
    assertThat(run("bash -n bash-completion/completions/dmsnap")).isEqualTo(new Result(0, ""));
    assumeTrue(run("command -v zsh").exit() == 0, "needs zsh");
    assertThat(run("for file in */completions/* zsh/*/*; do zsh -n $file; done"))
        .isEqualTo(new Result(0, ""));
  }

  @ParameterizedTest
  @CsvSource({
    "'sta', status",
    "'status --j', --json",
    "'merge mnt ', base snap",
    "'merge --wait mnt sn', snap",
    "'status mnt snap', snap snap-cow",
    "'snapshot mnt other b', base",
    "'merge ~/mnt sn', snap",
    "'map --width 80 mnt sn', snap",
    "'map --width = 80 mnt sn', snap",
    "'map --width=80 mnt sn', snap",
    "'map --json mnt sn', snap",
    "'diff mnt snap --from sn', snap",
    "'mount -o st', stack",
    "'mount -o ro,over', 'ro,overflow=invalidate ro,overflow=refuse'",
    "'diff mnt snap --from = sn', snap",
  })
  void bash_completes_commands_options_and_the_volumes_of_the_mount(String typed, String words)
      throws Exception {
    layOutMount();

    Result completed =
        run(
            """
            source bash-completion/completions/dmsnap
            read -ra COMP_WORDS <<<'dmsnap @'
            [[ '@' != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[*]} - 1))
            _dmsnap_with_volumes 2>/dev/null # compopt says that this is no completion
            echo -n "${COMPREPLY[*]}"
            """
                .replace("@", typed));

    assertThat(completed).isEqualTo(new Result(0, words));
  }

  @Test
  void completion_runs_nothing_that_a_name_says_and_quotes_what_has_blanks() throws Exception {
    layOutMount();
    Files.createFile(share.resolve("mnt/$(touch ran)"));

    Result completed =
        run(
            """
            source bash-completion/completions/dmsnap
            awk() { printf '%s\\n' '/mnt/my\\040vg' '/mnt/$(touch${IFS}ran)'; }
            mv mnt 'my mnt'
            COMP_CWORD=3
            COMP_WORDS=(dmsnap remove 'my\\ mnt' '')
            _dmsnap_with_volumes 2>/dev/null
            echo -n "${COMPREPLY[*]} "
            COMP_CWORD=2
            COMP_WORDS=(dmsnap remove '/mnt/my\\ v')
            _dmsnap_with_volumes 2>/dev/null
            echo -n "${COMPREPLY[*]}"
            """);

    assertThat(completed).isEqualTo(new Result(0, "base snap /mnt/my\\ vg"));
    assertThat(share.resolve("ran")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "'sta', 'status '",
    "'status --j', 'status --json '",
    "'merge --wait mnt sn', 'merge --wait mnt snap '",
    "'status mnt snap-', 'status mnt snap-cow '",
    "'snapshot mnt other b', 'snapshot mnt other base '",
    "'merge ~/mnt sn', 'merge ~/mnt snap '",
  })
  void zsh_completes_as_bash_does(String typed, String line) throws Exception {
    assumeTrue(run("command -v zsh").exit() == 0, "needs zsh");
    layOutMount();
    Files.writeString(
        share.resolve("type"),
        """
        zmodload zsh/zpty
        zpty -b shell zsh -f -i
        zpty -w -n shell $'PS1=; fpath=($PWD/zsh/vendor-completions $fpath);
          autoload -U compinit; compinit -u -D; show() { print -r -- "<$BUFFER>"; exit };
          zle -N show; bindkey "^X" show; print begin\n'
        zpty -r -m shell output '*begin*begin*' # as it is typed, and as it is printed
        zpty -w -n shell "dmsnap $1"$'\t\\x18'
        zpty -r -m shell output '*<*>*'
        print -rn -- ${${output##*<}%%>*}
        """);

    Result completed = run("timeout 60 zsh -f type '" + typed + "'");

    assertThat(completed).isEqualTo(new Result(0, "dmsnap " + line));
  }

  /** A directory that looks like a mount. */
  private void layOutMount() throws IOException {
    Path mount = Files.createDirectories(share.resolve("mnt/ctl/status")).resolve("../..");
    for (String device : List.of("base", "base-real", "snap", "snap-cow")) {
      Files.createFile(mount.resolve(device));
      Files.createFile(mount.resolve("ctl/status").resolve(device));
    }
  }

  private String page(CommandLine command) throws IOException {
    return Files.readString(installed(ManPage.name(command) + ".8"));
  }

  private Path installed(String page) {
    return share.resolve("man/man" + page.charAt(page.length() - 1)).resolve(page);
  }

  private Result run(String script) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(share.toFile())
            .redirectErrorStream(true);
    builder.environment().put("HOME", share.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    return new Result(process.waitFor(), output);
  }

  /** How a script ended, and what it printed. */
  private record Result(int exit, String output) {}
}
