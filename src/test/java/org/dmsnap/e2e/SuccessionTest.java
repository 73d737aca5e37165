package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that ends by anything but a clean stop, and who goes on in its place. */
class SuccessionTest {

  /** Whoever has answered somebody is killed, at any moment thereafter. */
  private static final String KILLS =
      """
      while stat $mnt/ctl/create; do
        sleep 0.$((RANDOM % 10))
        for p in $(pgrep -f "^[^ ]*java .* $mnt"); do kill -9 $p && echo killed; done
      done
      """;

  private static final String USER =
      "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ ";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "SEGV", "ABRT"})
  void what_is_open_goes_on_under_another_server(String signal) {
    pool.mount();
    pool.control("create", "base 8M");
    ProcessHandle server = pool.server();
    pool.sh(
        """
        exec 3<>$mnt/base 4<$mnt/ctl/lvs 5<$mnt/ctl
        head -c 1M /dev/urandom >data
        dd if=data of=$mnt/base conv=notrunc status=none
        head -c 3 <&4 >first
        stat -c %i $mnt/base $mnt/ctl $mnt/ctl/create >inodes
        kill -SIGNAL PID
        head -c 1M <&3 | cmp - data
        (cat first; cat <&4) | cmp - $mnt/ctl/lvs
        ls /proc/self/fd/5/ | cmp - <(ls $mnt/ctl)
        stat -c %i $mnt/base $mnt/ctl $mnt/ctl/create | cmp - inodes
        echo 'more 4M' >$mnt/ctl/create
        """
            .replace("SIGNAL", signal)
            .replace("PID", "" + server.pid()));

    assertThat(pool.server().pid()).isNotEqualTo(server.pid());
    pool.awaitSh(
        "grep 'the server before, process "
            + server.pid()
            + ", .*; nobody answered for .* requests came again' $mnt/ctl/log");
    pool.umount();
    assertNobodyIsLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"$dmsnap umount $mnt", "umount $mnt", "kill SERVER", "kill -INT SERVER"})
  void a_clean_stop_leaves_no_process_behind(String stop) {
    pool.mount();
    pool.sh(stop.replace("SERVER", "" + pool.server().pid()));
    assertNobodyIsLeft();
    assertThat(pool.isMounted()).isFalse();
    pool.mount("keeper=off");
  }

  @Test
  void a_mount_that_was_taken_away_lazily_is_served_by_successors_while_it_is_used() {
    pool.mount();
    pool.control("create", "base 4M");
    pool.sh(
        """
        exec 3<>$mnt/base
        umount -l $mnt
        echo abc >&3
        kill -9 PID
        head -c 3 <(dd bs=4 count=1 status=none <&3) >/dev/null
        echo def >&3
        exec 3>&-
        """
            .replace("PID", "" + pool.server().pid()));
    assertNobodyIsLeft();
    pool.mount("keeper=off");
    assertThat(pool.sh("head -c 4 $mnt/base")).isEqualTo("abc");
  }

  @Test
  void a_keeper_that_ends_is_replaced() {
    pool.mount();
    pool.control("create", "base 4M");
    ProcessHandle keeper = keeper();
    keeper.destroyForcibly();
    MountedPool.await(
        "another keeper", () -> pool.findKeeper().filter(it -> !it.equals(keeper)).isPresent());
    pool.sh("exec 3<$mnt/base; kill -9 " + pool.server().pid() + "; head -c 1 <&3 | wc -c");
  }

  @Test
  void a_keeper_that_is_stopped_does_not_hold_up_a_clean_stop() {
    pool.mount();
    pool.sh("kill -STOP " + keeper().pid());
    pool.umount();
    assertNobodyIsLeft();
    pool.mount();
  }

  @Test
  void with_server_and_keeper_killed_the_mount_is_dead_and_the_next_one_clears_it_away() {
    pool.mount();
    pool.control("create", "base 4M");
    long keeper = pool.findKeeper().orElseThrow().pid();
    pool.sh("kill -STOP " + keeper + "; kill -9 " + keeper + " " + pool.server().pid());
    MountedPool.await(
        "their end", () -> pool.findServer().isEmpty() && pool.findKeeper().isEmpty());
    awaitDeadMount();
    pool.mount();
    pool.sh("test -e $mnt/base");
  }

  @Test
  void without_a_keeper_nobody_goes_on() {
    pool.mount("keeper=off");
    assertThat(pool.findKeeper()).isEmpty();
    pool.server().destroyForcibly();
    MountedPool.await("its end", () -> pool.findServer().isEmpty());
    awaitDeadMount();
  }

  /** Who asks while the last descriptor is being closed is told that the connection was aborted. */
  private void awaitDeadMount() {
    MountedPool.await("a dead mount", () -> pool.run("ls $mnt").errors().contains("not connected"));
  }

  @Test
  void after_five_deaths_in_a_row_without_an_answer_it_is_given_up() {
    pool.sh(
        """
        cat >java <<'END'
        #!/bin/sh
        if [ -e $work/broken ] && [ "$1" != -version ]; then echo >>$work/starts; kill -9 $$; fi
        exec /usr/bin/env java "$@"
        END
        sed -i "s|[$]work|$work|g" java
        chmod +x java
        DMSNAP_JAVA=$work/java $dmsnap mount $vg $mnt
        touch broken
        """);
    pool.server().destroyForcibly();
    MountedPool.await(
        "the end of all", () -> pool.findServer().isEmpty() && pool.findKeeper().isEmpty());
    awaitDeadMount();
    assertThat(pool.sh("wc -l <starts")).isEqualTo("4");
  }

  @Test
  void commands_are_done_once_however_often_the_server_dies() {
    pool.mount();
    pool.control("create", "base 16M");
    pool.control("snapshot", "grows base 1M");
    Process kills = pool.start("kills", KILLS);
    pool.sh(
        """
        for i in $(seq 3); do
          echo "v$i 1M" >$mnt/ctl/create
          echo "s$i v$i 1M P 8" >$mnt/ctl/snapshot
          echo "base" >$mnt/ctl/suspend
          echo "base" >$mnt/ctl/resume
          echo "grows +512b" >$mnt/ctl/extend
          echo "s$i" >$mnt/ctl/remove
          echo "v$i" >$mnt/ctl/remove
        done
        """);
    MountedPool.end(kills);
    assertThat(pool.sh("ls $mnt")).isEqualTo("base\nbase-real\nctl\ngrows\ngrows-cow");
    assertThat(pool.sh("stat -c %s $vg/grows.cow")).isEqualTo("" + ((1 << 20) + 3 * 512));
  }

  @Test
  void an_ordinary_user_has_successors_too() {
    assumeTrue(pool.run("command -v fusermount").succeeded(), "needs fusermount");
    pool.sh("cp -r $(dirname $dmsnap)/../target/dmsnap program; cp $dmsnap program/dmsnap");
    pool.sh("chmod -R a+rX program; chown -R 65534:65534 $vg $mnt");
    String mode = pool.sh("stat -c %a /dev/fuse");
    try {
      pool.sh("chmod 666 /dev/fuse");
      pool.sh(USER + "$work/program/dmsnap mount $vg $mnt");
      long server = pool.server().pid();
      pool.sh(USER + "sh -c 'echo base 4M >$mnt/ctl/create; kill -9 " + server + "; ls $mnt/base'");
      assertThat(pool.server().pid()).isNotEqualTo(server);
      pool.sh(USER + "$work/program/dmsnap umount $mnt");
    } finally {
      pool.sh("chmod " + mode + " /dev/fuse");
    }
    assertNobodyIsLeft();
  }

  @Test
  void a_restart_replaces_the_server_with_nobody_noticing() {
    pool.mount();
    pool.control("create", "base 8M");
    long server = pool.server().pid();
    pool.sh("exec 3<>$mnt/base; echo abc >&3; $dmsnap restart $mnt; echo def >&3; sync $mnt/base");

    assertThat(pool.server().pid()).isNotEqualTo(server);
    assertThat(pool.sh("head -c 8 $mnt/base")).isEqualTo("abc\ndef");
    pool.awaitSh("grep 'process " + server + ", made way for this one' $mnt/ctl/log");
    pool.umount();
    assertNobodyIsLeft();
  }

  @Test
  void a_restart_of_what_has_no_keeper_is_refused_in_words() {
    pool.mount("keeper=off");
    Result result = pool.run("$dmsnap restart $mnt");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.errors()).contains("nobody to go on with this mount");
  }

  private void assertNobodyIsLeft() {
    MountedPool.await(
        "the end of all", () -> pool.findServer().isEmpty() && pool.findKeeper().isEmpty());
  }

  private ProcessHandle keeper() {
    return pool.findKeeper().orElseThrow(() -> new AssertionError("there is no keeper"));
  }
}
