package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing but what was asked for goes to standard output, whatever Java has to say. */
class OutputTest {

  private static final String LINE = "0 16384 linear base.img 0";

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @BeforeEach
  void one_volume() {
    pool.control("create", "base 8M");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JAVA_TOOL_OPTIONS=-Xlog:gc*",
        "JAVA_TOOL_OPTIONS=-XX:+PrintFlagsFinal",
        "JDK_JAVA_OPTIONS=-verbose:gc",
        "JDK_JAVA_OPTIONS=-showversion",
        "_JAVA_OPTIONS=-verbose:class",
        "_JAVA_OPTIONS=-XX:+UsePerfData",
      })
  void a_talkative_java_talks_elsewhere(String option) {
    assertThat(pool.run("export " + option + "; $dmsnap table $mnt base").output()).isEqualTo(LINE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-Xms9000g -Xmx9000g", "-XX:+NoSuchOption"})
  void a_java_that_does_not_start_prints_nothing(String option) {
    Result result =
        pool.run("export _JAVA_OPTIONS='" + option + "'; $dmsnap table $mnt base"); // cannot be

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"QUIT", "SEGV"})
  void neither_a_thread_dump_nor_a_crash_is_output(String signal) {
    Process server = pool.start("server", "mkdir vg2 mnt2; exec $dmsnap mount -f vg2 $work/mnt2");
    pool.awaitSh("test -d mnt2/ctl");

    pool.sh("kill -" + signal + " " + server.pid() + "; sync -d server.err");

    pool.awaitSh("grep -qi -e 'thread dump' -e 'fatal error' server.err");
    pool.sh("! test -s server.out");
    pool.sh("umount -l mnt2");
    MountedPool.await("its end", () -> !server.isAlive());
  }

  @Test
  void no_statistics_of_java_lie_in_the_temporary_directory() {
    pool.sh("! test -e /tmp/hsperfdata_root/" + pool.server().pid());
  }

  @Test
  void the_shell_goes_on_where_the_output_ended() {
    pool.sh("{ $dmsnap table $mnt base; echo end; $dmsnap table $mnt base; } >all");

    assertThat(pool.sh("cat all")).isEqualTo(LINE + "\nend\n" + LINE);
  }

  @Test
  void a_mount_in_the_background_keeps_no_output_open() {
    assertThat(pool.sh("mkdir vg2 mnt2; x=$($dmsnap mount vg2 mnt2); $dmsnap umount mnt2; echo $x"))
        .isEmpty();
  }

  @Test
  void output_that_is_closed_is_said_and_harms_nothing() {
    Result closed = pool.run("$dmsnap table $mnt base >&-");

    assertThat(closed.status()).isEqualTo(1);
    assertThat(closed.errors()).contains("cannot write to standard output").hasLineCount(1);
    assertThat(pool.run("$dmsnap table $mnt base 2>&-").output()).isEqualTo(LINE);
  }
}
