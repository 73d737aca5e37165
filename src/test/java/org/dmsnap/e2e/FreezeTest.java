package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of file systems that are held still meanwhile, and are let go whatever happens. */
class FreezeTest {

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @Test
  void a_frozen_file_system_needs_no_recovery_and_holds_what_was_never_synced() {
    mountFileSystem();
    Process writer =
        pool.start("writer", "for i in $(seq 400); do echo $i >$a/w$i; done; touch ended");
    pool.sh("seq 100000 >$a/unsynced");

    pool.sh("$dmsnap snapshot --freeze $mnt snap base 64M");

    assertThat(pool.sh("dumpe2fs -h $mnt/snap 2>&1")).doesNotContain("needs_recovery");
    pool.sh("e2fsck -fn $mnt/snap; mount -o loop,ro,noload $mnt/snap $b");
    pool.sh("seq 100000 | cmp - $b/unsynced; umount $b");
    pool.awaitSh("test -e ended; echo thawed >$a/thawed; sync -f $a");
    MountedPool.await("the writer's end", () -> !writer.isAlive());
  }

  @Test
  void what_cannot_be_done_leaves_nothing_frozen() {
    mountFileSystem();
    pool.control("suspend", "base");
    Result suspended = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");
    pool.control("resume", "base");
    Result refused = pool.run("$dmsnap snapshot --freeze $mnt snap base 64X");

    assertThat(suspended.errors()).contains("suspended");
    assertThat(refused.errors()).contains("bad size");
    pool.sh("touch $a/goes-on; ! test -e $mnt/snap");
  }

  @Test
  void nothing_to_freeze_is_said_and_harmless() {
    pool.control("create", "base 64M");

    Result done = pool.run("$dmsnap snapshot --freeze $mnt snap base 64M");

    assertThat(done.succeeded()).isTrue();
    assertThat(done.errors()).contains("nothing was frozen").hasLineCount(1);
    assertThat(pool.run("$dmsnap snapshot --freeze $mnt snap2 base2 64M").errors())
        .contains("no volume base2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP", "KILL"})
  void whatever_ends_the_command_it_is_thawed(String signal) {
    mountFileSystem();
    pool.sh(
        """
        mkdir bin; cat >bin/fsfreeze <<'END'
        #!/bin/sh
        echo "$1" >>"$work/freezes"
        /sbin/fsfreeze "$@" || exit
        [ "$1" != --freeze ] || kill -STOP "$server"
        END
        chmod +x bin/fsfreeze
        """);
    long server = pool.server().pid();
    Process command =
        pool.start(
            "command",
            "export server="
                + server
                + " PATH=$work/bin:$PATH; exec env --default-signal=INT,HUP,TERM"
                + " $dmsnap snapshot --freeze $mnt snap base 64M");
    pool.awaitSh("grep -q '^State:.T' /proc/" + server + "/status");

    pool.sh("kill -" + signal + " " + command.pid());
    if (signal.equals("KILL")) { // the kernel ends it once the file system answers its close(2)
      pool.sh("kill -CONT " + server);
    }
    pool.awaitSh("grep -q -- --unfreeze freezes"); // else while the command's answer does not come

    pool.sh("kill -CONT " + server);
    MountedPool.await("the command's end", () -> !command.isAlive());
    pool.sh("touch $a/goes-on");
  }

  private void mountFileSystem() {
    pool.control("create", "base 64M");
    pool.sh("mkfs.ext4 -q -F $mnt/base; mount -o loop $mnt/base $a");
  }
}
