package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Control lines that fail: the errno, the words on the same open file, and nothing changed. */
class ControlErrorsTest {

  private static MountedPool pool;

  @BeforeAll
  static void mount() {
    pool = MountedPool.mounted();
    pool.sh("printf 'base 8M\\nplain 8M\\nopen 1M\\n' >$mnt/ctl/create");
    pool.sh("printf 'snap base 4M\\nlapsed base 4M\\n' >$mnt/ctl/snapshot");
  }

  @AfterAll
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "create; base 1M; File exists; base",
        "create; snap 1M; File exists; snap",
        "create; new 1000T; No space left on device;",
        "create; new 1M more; Invalid argument; too many",
        "create; new; Invalid argument; too few",
        "snapshot; new nowhere 1M; No such file or directory; nowhere",
        "snapshot; base base 1M; File exists; base",
        "snapshot; snap base 1M; File exists; snap",
        "snapshot; new snap 1M N; Invalid argument; persistent",
        "snapshot; new base 23K; Invalid argument;",
        "snapshot; new base 1M X; Invalid argument; X",
        "snapshot; new base 1M P 7; Invalid argument;",
        "snapshot; new base 1M P 16 1 frob; Invalid argument; frob",
        "snapshot; new base 1M P 16 1 discard_passdown_origin; Invalid argument; depends",
        "remove; nowhere; No such file or directory; nowhere",
        "remove; base; Device or resource busy; snap",
        "remove; base-real; No such file or directory;",
        "extend; nowhere 16M; No such file or directory; nowhere",
        "extend; snap 1M; Invalid argument;",
        "extend; plain 1M; Invalid argument;",
        "extend; base 16M; Device or resource busy;",
        "suspend; nowhere; No such file or directory; nowhere",
        "suspend; snap; Invalid argument; base",
        "resume; nowhere; No such file or directory; nowhere",
        "resume; base; Invalid argument; not suspended",
      })
  void a_line_fails_with_errno_and_words(String file, String line, String errno, String word) {
    String before = pool.sh("cd $mnt; ls; cat ctl/table/* ctl/status/* ../vg/pool.table");

    String refusal = pool.refusal(file, line);

    assertThat(refusal).startsWith(errno + ": ").contains(word == null ? "" : word);
    assertThat(refusal.length()).isGreaterThan(errno.length() + 10);
    assertThat(pool.sh("cd $mnt; ls; cat ctl/table/* ctl/status/* ../vg/pool.table"))
        .isEqualTo(before);
    assertThat(pool.sh("tail -n1 $mnt/ctl/log")).contains(refusal.substring(errno.length() + 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-dash", ".", "..", "ctl", "a-real", "a-cow", "a/b", "ümlaut", "a:b", "a*b", "../base"
      })
  void a_bad_name_is_refused(String name) {
    assertThat(pool.refusal("create", name + " 1M")).startsWith("Invalid argument: ");
    assertThat(pool.refusal("snapshot", name + " base 1M")).startsWith("Invalid argument: ");
  }

  @Test
  void a_name_of_127_bytes_is_good_and_one_more_is_not() {
    String longest = "n".repeat(127);
    pool.control("create", longest + " 1M");
    pool.control("remove", longest);
    assertThat(pool.refusal("create", longest + "n 1M")).startsWith("Invalid argument: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A.b_c+d-e", ".hidden", "real", "cow", "0", "a..b", "_", "+"})
  void a_good_name_is_taken(String name) {
    pool.control("create", name + " 1M");
    pool.control("remove", name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0b", "1", "1.5", "1MB", "M", "-1M", "1,5M", "0M", "9999999T", "20%ORIGIN"})
  void a_bad_size_is_refused(String size) {
    assertThat(pool.refusal("create", "new " + size)).startsWith("Invalid argument: ");
    assertThat(pool.refusal("extend", "plain " + size)).startsWith("Invalid argument: ");
  }

  @ParameterizedTest
  @CsvSource({
    "512b, 512",
    "3s, 1536",
    "1K, 1024",
    "1M, 1048576",
    "1G, 1073741824",
    "1T, 1099511627776"
  })
  void a_good_size_is_what_it_says(String size, String bytes) {
    pool.control("create", "sized " + size);
    assertThat(pool.sh("stat -c %s $mnt/sized")).isEqualTo(bytes);
    pool.control("remove", "sized");
  }

  @Test
  void a_bare_number_is_told_which_units_there_are() {
    assertThat(pool.refusal("create", "new 1048576")).contains("K").contains("sectors");
  }

  @Test
  void what_is_open_is_not_removed() {
    Result result = pool.run("exec 3<$mnt/open; echo open >$mnt/ctl/remove");
    assertThat(result.errors()).contains("Device or resource busy");
    result = pool.run("exec 3<>$mnt/snap; echo snap >$mnt/ctl/remove");
    assertThat(result.errors()).contains("Device or resource busy");
    pool.sh("exec 3<$mnt/base; echo lapsed >$mnt/ctl/remove"); // its origin may be
  }

  @Test
  void a_failed_line_stops_those_behind_it() {
    Result result = pool.run("printf 'one 1M\\nbase 1M\\ntwo 1M\\n' | dd of=$mnt/ctl/create bs=4k");
    assertThat(result.errors()).contains("File exists");
    assertThat(pool.run("test -e $mnt/one").succeeded()).isTrue();
    assertThat(pool.run("test -e $mnt/two").succeeded()).isFalse();
    pool.control("remove", "one");
  }

  @Test
  void requests_and_lines_that_are_too_long_run_nothing() {
    String line = "(echo early 1M; head -c 4200 /dev/zero | tr '\\0' x) >request; ";
    assertThat(pool.run(line + "dd if=request of=$mnt/ctl/create bs=64k").errors())
        .contains("Invalid argument");
    String request = "(echo early 1M; yes '' | head -c 70000) >request; ";
    assertThat(pool.run(request + "dd if=request of=$mnt/ctl/create bs=128k").errors())
        .contains("Invalid argument");
    assertThat(pool.run("test -e $mnt/early").succeeded()).isFalse();
  }

  @Test
  void a_newline_is_not_needed_and_an_offset_is_ignored() {
    pool.sh("printf 'x 1M' >$mnt/ctl/create; printf 'x' >>$mnt/ctl/remove");
    pool.sh("exec 3>$mnt/ctl/create; echo x 1M >&3; echo y 1M >&3");
    pool.sh("printf 'x\\ny\\n' >$mnt/ctl/remove");
  }

  @Test
  void suspend_twice_is_refused() {
    pool.control("suspend", "plain");
    assertThat(pool.refusal("suspend", "plain")).startsWith("Invalid argument: ");
    pool.control("resume", "plain");
  }
}
