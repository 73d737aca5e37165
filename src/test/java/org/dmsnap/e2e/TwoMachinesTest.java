package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A pool on a file system that two machines have: one of them at a time, and one that was cut off
 * never again.
 */
class TwoMachinesTest {

  private static final String CONTENT = "find brick/vg -type f | sort | xargs -r sha256sum";

  @AutoClose private final MountedPool shell = MountedPool.empty(); // closed last
  @AutoClose private final TwoMachines machines = new TwoMachines(shell);

  @Test
  void an_empty_pool_is_one_machines() {
    shell.sh("$dmsnap mount one/vg $mnt");

    Result second = shell.run("$dmsnap mount two/vg mnt2");

    assertThat(second.succeeded()).isFalse();
    assertThat(second.errors()).contains("is in use", "perhaps on another machine").hasLineCount(1);
    Result doctor = shell.run("$dmsnap doctor two/vg");
    assertThat(doctor.output()).contains("perhaps on another machine", "strict-locks");
    shell.sh("$dmsnap create $mnt base 1M; $dmsnap umount $mnt; $dmsnap mount two/vg mnt2");
    assertThat(shell.sh("ls mnt2")).isEqualTo("base\nctl");
    shell.sh("$dmsnap umount mnt2");
  }

  @Test
  void a_refused_machine_changes_nothing_of_a_pool_with_files_in_flight() {
    shell.sh("$dmsnap mount one/vg $mnt; $dmsnap create $mnt base 4M");
    shell.sh("$dmsnap snapshot $mnt snap base 2M; touch brick/vg/.more.img.new");
    String before = shell.sh(CONTENT);

    assertThat(shell.run("$dmsnap mount two/vg mnt2").errors()).contains("is in use");

    assertThat(shell.sh(CONTENT)).isEqualTo(before);
    shell.sh(
        "head -c 64K /dev/urandom | dd of=$mnt/base conv=notrunc,fsync; cmp $mnt/snap <($ZEROES)"
            .replace("$ZEROES", "head -c 4M /dev/zero"));
    shell.sh("$dmsnap umount $mnt");
  }

  @Test
  void a_machine_that_stands_still_keeps_its_pool() {
    shell.sh("$dmsnap mount one/vg $mnt; $dmsnap create $mnt base 1M");
    shell.sh("kill -STOP $(cat one.pid)");

    assertThat(shell.run("$dmsnap mount two/vg mnt2").errors()).contains("is in use");

    shell.sh("kill -CONT $(cat one.pid); echo alive | dd of=$mnt/base conv=notrunc,fsync");
    shell.sh("$dmsnap umount $mnt; $dmsnap mount two/vg mnt2");
    assertThat(shell.sh("head -n 1 mnt2/base")).isEqualTo("alive");
    shell.sh("$dmsnap umount mnt2");
  }

  @Test
  void a_machine_that_was_cut_off_writes_nothing_when_it_comes_back() {
    shell.sh("$dmsnap mount one/vg $mnt; $dmsnap create $mnt base 1M");
    shell.sh("$dmsnap snapshot $mnt snap base 1M");
    shell.sh("echo synced | dd of=$mnt/base conv=notrunc,fsync");
    machines.unplug();
    assertThat(shell.run("echo lost | dd of=$mnt/base conv=notrunc,fsync").errors())
        .contains("Input/output error");
    assertThat(shell.sh("cat $mnt/ctl/log")).contains("the file system of the pool is gone");
    shell.awaitSh("grep -q Invalid $mnt/ctl/status/snap");

    machines.plugIn();
    shell.awaitSh("ls one/vg two/vg");
    shell.sh("$dmsnap mount two/vg mnt2; echo successor | dd of=mnt2/base conv=notrunc,fsync");
    String before = shell.sh(CONTENT);

    assertThat(shell.run("echo late | dd of=$mnt/base conv=notrunc,fsync").errors())
        .contains("Input/output error");
    assertThat(shell.run("$dmsnap create $mnt more 1M").errors()).contains("even if it comes back");
    assertThat(shell.run("$dmsnap reset $mnt snap").errors()).contains("even if it comes back");
    assertThat(shell.sh(CONTENT)).isEqualTo(before);
    assertThat(shell.sh("head -n 1 mnt2/base; tr -d '\\0' <mnt2/snap | wc -c"))
        .isEqualTo("successor\n0");
    shell.sh("$dmsnap umount mnt2");
  }

  /** It asked for nothing meanwhile, and so no call of its has failed. */
  @Test
  void a_machine_that_has_lost_its_lock_unawares_finds_out_before_it_changes_the_pool() {
    shell.sh("$dmsnap mount one/vg $mnt; $dmsnap create $mnt base 1M");
    machines.unplug();
    machines.plugIn();
    shell.awaitSh("ls one/vg two/vg");
    shell.sh("$dmsnap mount two/vg mnt2; $dmsnap create mnt2 theirs 1M");
    String before = shell.sh(CONTENT);

    assertThat(shell.run("$dmsnap create $mnt more 1M").succeeded()).isFalse();

    assertThat(shell.sh(CONTENT)).isEqualTo(before);
    assertThat(shell.run("cat $mnt/base").errors()).contains("Input/output error");
    shell.sh("$dmsnap umount mnt2");
  }
}
