package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dmsnap.cli.Main;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands do while the process that serves a mount is stopped or waits for a hung disk. */
class SilentServerTest {

  /** The launcher with a Java that has less patience. */
  private static final String HASTY = "DMSNAP_JAVA=$work/hasty/bin/java timeout 60 $dmsnap ";

  private static final String MAKE_HASTY =
      """
      mkdir -p hasty/bin; cp $JAVA/release hasty
      printf '#!/bin/sh\nexec %s/bin/java -Ddmsnap.patience=1500 "$@"\n' $JAVA >hasty/bin/java
      chmod +x hasty/bin/java"""
          .replace("$JAVA", System.getProperty("java.home"));

  private static final int USERS = 8;

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @BeforeEach
  void be_hasty() {
    pool.sh(MAKE_HASTY);
  }

  @AfterEach
  void wake() {
    pool.run("fsfreeze -u $b");
    pool.findServer().ifPresent(server -> pool.run("kill -CONT " + server.pid()));
  }

  private String stop() {
    String pid = Long.toString(pool.server().pid());
    pool.sh("kill -STOP " + pid);
    return pid;
  }

  @Test
  void every_command_ends_and_says_who_sleeps_and_what_to_do() throws Exception {
    pool.mount();
    pool.control("create", "base 4M");
    pool.control("snapshot", "snap base 4M");
    String pid = stop();

    for (Map.Entry<String, Future<Result>> each : startEveryCommand().entrySet()) {
      String command = each.getKey();
      Result result = each.getValue().get();

      assertThat(result.status()).as("%s: %s", command, result).isEqualTo(1);
      assertThat(result.errors() + result.output())
          .as(command)
          .contains("process " + pid + " (java)", "is stopped", "kill -CONT " + pid);
    }
    wake();
    pool.umount();
  }

  /** Several at the same time, for they all wait. */
  private Map<String, Future<Result>> startEveryCommand() {
    ExecutorService users = Executors.newFixedThreadPool(USERS);
    Map<String, Future<Result>> results = new LinkedHashMap<>();
    for (String command : commands()) {
      results.put(command, users.submit(() -> pool.run(HASTY + command)));
    }
    users.shutdown();
    return results;
  }

  /** Each with words that its synopsis wants. */
  private static List<String> commands() {
    return Main.commandLine().getSubcommands().values().stream()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
        .map(command -> words(command.getHelp().synopsis(0)))
        .toList();
  }

  private static String words(String synopsis) {
    String wanted =
        synopsis
            .replaceFirst("dmsnap ", "")
            .replaceAll("\\[[^\\[\\]]*(\\[[^\\[\\]]*\\][^\\[\\]]*)*\\]", "");
    return List.of(wanted.strip().split("\\s+")).stream()
        .filter(word -> !word.startsWith("."))
        .map(SilentServerTest::example)
        .collect(Collectors.joining(" "));
  }

  private static String example(String word) {
    return switch (word) {
      case "POOL" -> "$work";
      case "MOUNTPOINT", "POOL|MOUNTPOINT" -> "$mnt";
      case "POOL|COWFILE", "COWFILE" -> "$mnt/snap-cow";
      case "ORIGIN" -> "base";
      case "SIZE", "COWSIZE" -> "4M";
      default -> word.equals(word.toUpperCase(java.util.Locale.ROOT)) ? "snap" : word;
    };
  }

  @Test
  void doctor_and_the_working_directory_name_it_too() {
    pool.mount();
    String pid = stop();

    Result alone = pool.run(HASTY + "doctor");
    Result linked = pool.run("ln -s mnt link; " + HASTY + "lvs link/../mnt/.");
    Result over = pool.run("mkdir other; " + HASTY + "mount other $mnt");
    Result within = pool.run(HASTY + "mount $mnt/vg other");

    assertThat(alone.output()).contains("mount " + pool.mountpoint(), "kill -CONT " + pid);
    assertThat(linked.errors()).contains("kill -CONT " + pid).hasLineCount(1);
    assertThat(over.errors()).contains("kill -CONT " + pid).hasLineCount(1);
    assertThat(within.errors()).contains("kill -CONT " + pid).hasLineCount(1);
  }

  @Test
  void umount_waits_for_a_sleeping_server_if_that_is_asked_for() throws InterruptedException {
    pool.mount();
    String pid = stop();

    Process umount = pool.start("umount", HASTY + "umount --wait $mnt");

    pool.awaitSh("grep -q 'kill -CONT " + pid + ".*it is waited for' umount.err");
    assertThat(umount.isAlive()).isTrue();
    pool.sh("kill -CONT " + pid);
    assertThat(umount.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(umount.exitValue()).isZero();
  }

  @Test
  void what_takes_long_is_no_silence() throws InterruptedException {
    pool.mount();
    pool.control("create", "base 4M");
    pool.control("snapshot", "snap base 4M");
    Process user = pool.start("user", "exec 3<$mnt/base; echo open; sleep 100");
    pool.awaitSh("grep -q open user.out");
    pool.control("merge", "snap");

    Process wait = pool.start("wait", HASTY + "wait $mnt snap");
    pool.awaitSh("grep -q 'will occur' wait.out");
    assertThat(pool.run("timeout 5 tail -f /dev/null --pid=" + wait.pid()).status()).isEqualTo(124);
    MountedPool.end(user);

    assertThat(wait.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(wait.exitValue()).as(pool.run("cat wait.err").output()).isZero();
  }

  @Test
  void a_disk_that_hangs_is_named_and_what_was_asked_for_happens_later() {
    pool.sh("truncate -s 64M disk; mkfs.ext4 -q disk; mount -o loop disk $b; mkdir $b/vg");
    pool.sh("$dmsnap mount $b/vg $mnt; fsfreeze -f $b");

    Result frozen = pool.run(HASTY + "create $mnt base 4M");

    assertThat(frozen.status()).as("%s", frozen).isEqualTo(1);
    assertThat(frozen.errors()).contains("waits for its disk", "it may create still");
    pool.sh("fsfreeze -u $b");
    pool.awaitSh("test -e $mnt/base");
    pool.umount();
    pool.sh("umount $b");
  }

  @Test
  void who_is_killed_in_a_command_ends_though_the_command_does_not() {
    pool.sh("truncate -s 64M disk; mkfs.ext4 -q disk; mount -o loop disk $b; mkdir $b/vg");
    pool.sh("$dmsnap mount $b/vg $mnt; fsfreeze -f $b");
    Process writer = pool.start("writer", "echo trying; echo base 4M >$mnt/ctl/create");
    pool.awaitSh("grep -q trying writer.out && grep -q ') D ' /proc/" + serverThreads());

    MountedPool.end(writer);

    pool.sh("fsfreeze -u $b");
    pool.awaitSh("test -e $mnt/base");
    pool.umount();
    pool.sh("umount $b");
  }

  @Test
  void a_mount_that_was_taken_away_in_use_says_by_whom_whatever_it_is_named_by() {
    pool.mount();
    pool.control("create", "base 16M");
    pool.sh("mkfs.ext4 -q $mnt/base; mount -o loop $mnt/base $a; umount -l $mnt");
    String user = pool.sh("findmnt -no SOURCE $a") + " on base, mounted on " + pool.sh("echo $a");

    Result byMountpoint = pool.run("$dmsnap umount $mnt");
    Result byPool = pool.run("$dmsnap umount $vg");
    Result doctor = pool.run("$dmsnap doctor $vg");

    assertThat(byMountpoint.errors()).contains("not mounted any more", user).hasLineCount(1);
    assertThat(byPool.errors()).contains("not mounted any more", user).hasLineCount(1);
    assertThat(doctor.output()).contains("its mount was taken away", user);
    pool.sh("umount $a");
    pool.awaitSh("$dmsnap mount $vg $mnt");
  }

  /** The states of the threads that serve. */
  private String serverThreads() {
    return pool.server().pid() + "/task/*/stat";
  }
}
