package org.dmsnap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher: which Java it starts, with what, and what becomes of that. */
class LauncherTest extends ScriptFixture {

  @Test
  void words_arrive_as_they_were_given() throws Exception {
    java("printf '<%s>' \"$@\"");

    assertThat(run("dmsnap", "create", "/mnt", "a b", "1G").output())
        .endsWith("<create></mnt><a b><1G>");
  }

  @ParameterizedTest
  @CsvSource({
    "0::/, 2 /, none, 8000",
    "0::/a/b, 2 /, a/b/memory.max, 5000",
    "0::/a/b, 2 /, a/b/memory.high, 5000",
    "0::/a/b, 2 /, a/memory.max, 5000",
    "0::/a/b, 2 /, memory.max, 5000",
    "0::/a/b, 2 /, a/c/memory.max, 8000",
    "0::/, 2 /, memory.max, 5000",
    "'4:cpu,memory:/a', 1 /, a/memory.limit_in_bytes, 5000",
    "4:memory:/a/b, 1 /, a/memory.limit_in_bytes, 5000",
    "4:cpu:/a, 1 /, a/memory.limit_in_bytes, 8000",
    "4:memory:/d/x/y, 1 /d/x, y/memory.limit_in_bytes, 5000",
    "4:memory:/d/x/y, 1 /d/x, memory.limit_in_bytes, 5000",
    "4:memory:/e, 1 /d/x, memory.limit_in_bytes, 5000"
  })
  void a_mount_is_bounded_by_the_least_memory_of_all(
      String group, String hierarchy, String limit, long kibibytes) throws Exception {
    Path root = Files.createDirectories(place.resolve("root"));
    Path file = root.resolve("cg").resolve(limit);
    Files.createDirectories(root.resolve("proc/self"));
    Files.createDirectories(file.getParent());
    Files.writeString(root.resolve("proc/meminfo"), "MemTotal:  8000 kB\nMemFree: 1 kB\n");
    Files.writeString(root.resolve("proc/self/cgroup"), "1:name=systemd:/\n" + group + "\n");
    Files.writeString(root.resolve("proc/self/mountinfo"), mountOf(hierarchy));
    Files.writeString(file, 5000 * 1024 + "\n");
    environment.put("DMSNAP_ROOT", root.toString());

    String output = run("dmsnap", "mount", "-f", "/pool", "/mnt").output();

    assertThat(output)
        .contains("-XX:MaxRAM=" + kibibytes * 1024 + " ")
        .contains("-Ddmsnap.memory=" + kibibytes * 1024 + " ")
        .doesNotContain("-Xmx");
  }

  /** The line of mountinfo for a hierarchy, of version 1 or 2, whose part is mounted on /cg. */
  private static String mountOf(String hierarchy) {
    String part = hierarchy.substring(2);
    return "9 8 0:3 "
        + part
        + " /cg rw,nosuid shared:4 - "
        + (hierarchy.startsWith("2") ? "cgroup2 cgroup rw" : "cgroup cgroup rw,memory")
        + "\n";
  }

  @Test
  void a_limit_of_addresses_bounds_a_mount_too() throws Exception {
    script("limited", "ulimit -v 4000000; exec " + place + "/dmsnap mount -f /pool /mnt");

    assertThat(run("limited").output()).contains("-Ddmsnap.memory=4096000000 ");
  }

  @Test
  void what_names_of_groups_mean_is_no_matter_of_the_locale() throws Exception {
    environment.put("PATH", place + ":" + System.getenv("PATH"));
    environment.put("LC_ALL", "de_DE.UTF-8");
    script("awk", "echo \"$LC_ALL\" >>${0%/*}/locale");

    run("dmsnap", "mount", "-f", "/pool", "/mnt");

    assertThat(place.resolve("locale")).hasContent("C");
  }

  @Test
  void a_crash_is_reported_among_the_logs_or_in_the_temporary_directory() throws Exception {
    environment.put("TMPDIR", place.toString());

    String logs = Files.isWritable(Path.of("/var/log")) ? "/var/log" : place.toString();

    assertThat(run("dmsnap", "lvs", "/mnt").output())
        .contains("-XX:ErrorFile=" + logs + "/dmsnap-crash-%p.log ");
  }

  @Test
  void a_command_needs_no_more_than_before() throws Exception {
    assertThat(run("dmsnap", "lvs", "/mnt").output()).contains("-Xmx64m").doesNotContain("MaxRAM");
  }

  @Test
  void a_mount_returns_when_the_program_says_that_it_answers() throws Exception {
    java("echo 0 >&3; exec 3>&- >/dev/null 2>&1; while [ -d " + place + " ]; do sleep 0.1; done");

    assertThat(run("dmsnap", "mount", "/pool", "/mnt")).isEqualTo(new Result(0, ""));
  }

  @Test
  void a_bad_temporary_directory_hides_no_good_one() throws Exception {
    environment.put("TMPDIR", place.resolve("nowhere").toString());
    java("readlink /proc/$$/fd/3; echo 0 >&3");

    assertThat(run("dmsnap", "mount", "/pool", "/mnt").output())
        .startsWith("/tmp/dmsnap.")
        .endsWith("/ready\n");
  }

  @Test
  void a_mount_that_finds_no_place_for_its_pipe_says_so() throws Exception {
    Path empty = Files.createDirectory(place.resolve("empty"));
    environment.put("TMPDIR", empty.toString());
    environment.put("PATH", place + ":" + System.getenv("PATH"));
    script("mkfifo", "exit 1");

    Result result = run("dmsnap", "mount", "/pool", "/mnt");

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output())
        .startsWith("dmsnap: cannot make a pipe in TMPDIR (" + empty + ")")
        .hasLineCount(1);
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void a_mount_that_fails_ends_with_the_words_and_the_exit_code_of_the_program() throws Exception {
    java("echo 'dmsnap: no such pool' >&2; exit 2");

    assertThat(run("dmsnap", "mount", "/pool", "/mnt"))
        .isEqualTo(new Result(2, "dmsnap: no such pool\n"));
  }

  @Test
  void a_mount_in_the_foreground_is_told_of_no_pipe() throws Exception {
    assertThat(run("dmsnap", "mount", "-f", "/pool", "/mnt").output())
        .doesNotContain("readyFd")
        .endsWith("mount -f /pool /mnt\n");
  }

  @Test
  void what_java_says_by_itself_goes_to_standard_error() throws Exception {
    java("echo noise; { echo 0 >&3; } 2>/dev/null; { echo wanted >&4; } 2>/dev/null || :");
    script("quiet", "exec \"${0%/*}/dmsnap\" \"$@\" 2>/dev/null");

    assertThat(run("quiet", "status", "/mnt").output()).isEqualTo("wanted\n");
    assertThat(run("quiet", "mount", "-f", "/pool", "/mnt").output()).isEqualTo("wanted\n");
    assertThat(run("quiet", "mount", "--help").output()).isEqualTo("wanted\n");
    assertThat(run("quiet", "mount", "/pool", "/mnt").output()).isEmpty();
    assertThat(run("dmsnap", "mount", "/pool", "/mnt").output()).contains("noise");
  }

  @Test
  void an_old_java_is_refused_in_words() throws Exception {
    script("java", "echo 'openjdk version \"11.0.2\"' >&2");

    assertThat(run("dmsnap", "--version").output()).contains("no Java 17 or later");
  }

  @Test
  void a_tree_that_was_not_built_says_how_to() throws Exception {
    Files.delete(place.resolve("lib/dmsnap.jar"));

    assertThat(run("dmsnap", "--version"))
        .isEqualTo(
            new Result(1, "dmsnap: not built: run \"mvn -B -q -DskipTests package\" first\n"));
  }

  @Test
  void an_archive_of_classes_is_for_the_java_that_made_it_alone() throws Exception {
    archive("whole", 5);

    assertThat(run("dmsnap", "status", "/mnt").output()).contains("lib/classes-17.0.1.jsa");

    script("java", "echo \"$@\" 'version \"17.0.2\"'");

    assertThat(run("dmsnap", "status", "/mnt").output()).doesNotContain(".jsa");
  }

  @Test
  void an_archive_that_was_cut_is_passed_over() throws Exception {
    archive("half", 5);
    assertThat(run("dmsnap", "status", "/mnt").output()).doesNotContain(".jsa");

    archive("whole", 5);
    assertThat(run("dmsnap", "status", "/mnt").output()).contains(".jsa");

    Files.delete(place.resolve("lib/classes-17.0.1.jsa.size"));
    assertThat(run("dmsnap", "status", "/mnt").output())
        .doesNotContain(".jsa", "No such file")
        .hasLineCount(1);
  }

  private void archive(String content, int bytes) throws IOException {
    Files.writeString(place.resolve("lib/classes-17.0.1.jsa"), content);
    Files.writeString(place.resolve("lib/classes-17.0.1.jsa.size"), bytes + "\n");
  }

  @Test
  void a_java_that_keeps_no_classes_leaves_nothing_behind() throws Exception {
    assertThat(run("dmsnap", "--share-classes").output()).contains("it starts without");

    assertThat(place.resolve("lib")).isDirectoryNotContaining("glob:**.jsa*");
  }

  @Test
  void classes_that_are_kept_are_passed_over_in_silence_once_they_do_not_fit() throws Exception {
    Path built = Path.of("target/dmsnap");
    assumeTrue(Files.exists(built.resolve("lib/dmsnap.jar")), "needs the built program");
    Files.delete(place.resolve("lib/dmsnap.jar"));
    Files.delete(place.resolve("lib"));
    Process copy = new ProcessBuilder("cp", "-R", built + "/.", place.toString()).start();
    assertThat(copy.waitFor()).isZero();
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    script("java", "exec " + java + " \"$@\"");
    assertThat(run("dmsnap", "--share-classes")).isEqualTo(new Result(0, ""));
    Result fitting = run("dmsnap", "--version");

    script("cut", "truncate -s -20480 ${0%/*}/lib/classes-*.jsa; exec ${0%/*}/dmsnap --version");
    assertThat(run("cut")).isEqualTo(fitting);
    assertThat(run("dmsnap", "--share-classes")).isEqualTo(new Result(0, ""));

    Path jar = place.resolve("lib/dmsnap.jar");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));

    assertThat(place.resolve("lib")).isDirectoryContaining("glob:**/classes-*.jsa");
    assertThat(fitting.output()).startsWith("dmsnap ").hasLineCount(1);
    assertThat(run("dmsnap", "--version")).isEqualTo(fitting);
  }
}
