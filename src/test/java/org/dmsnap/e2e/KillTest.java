package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * One pool, killed again and again ({@code kill -9}) at random moments while it is worked with in
 * many ways at once: what fsync acknowledged is there, snapshots have not changed, file systems are
 * clean, merges go on, and the next mount needs no repair. {@code -Ddmsnap.kill.rounds=N} sets how
 * often.
 */
class KillTest {

  private static final int ROUNDS = Integer.getInteger("dmsnap.kill.rounds", 3);
  private static final long SEED = Long.getLong("dmsnap.kill.seed", System.nanoTime());
  private static final int LONGEST_MILLIS = 2500;

  @AutoClose private final MountedPool pool = MountedPool.empty();
  private final Random random = new Random(SEED);
  private final List<KilledWorkload> workloads = new ArrayList<>();
  private volatile boolean killed;
  private int kills;

  @Test
  void kill_9_loses_no_more_than_a_power_cut_and_the_next_mount_needs_no_repair() {
    assumeTrue(pool.run("command -v fio").succeeded(), "needs fio");
    prepare();
    for (int round = 0; round < ROUNDS; round++) {
      work();
      if (random.nextInt(3) == 0) {
        killWhileMounting();
      }
      verify(round);
    }
    pool.umount();
    check();
    System.out.println(
        kills + " kills; " + workloads.stream().map(KilledWorkload::figures).toList());
  }

  @Test
  void a_server_that_is_killed_as_soon_as_it_has_mounted_ends() {
    for (int round = 0; round < 2 * ROUNDS; round++) {
      Process mount = pool.start("mount", "exec $dmsnap mount -o keeper=off $vg $mnt");
      MountedPool.await("the server", () -> pool.findServer().isPresent());
      ProcessHandle server = pool.server();
      while (!pool.isMounted() && server.isAlive()) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(150)));
      kill(server);
      MountedPool.await("the end of mounting", () -> !mount.isAlive());
      pool.sh("umount -l $mnt");
    }
    pool.mount("keeper=off");
  }

  private void prepare() {
    pool.mount("keeper=off");
    pool.sh("printf 'fs 64M\\nraw 16M\\nbig 32M\\nscratch 32M\\n' >$mnt/ctl/create");
    pool.sh("mkfs.ext4 -q -F $mnt/fs; head -c 16M /dev/urandom >$mnt/raw; sync $mnt/raw");
    pool.sh(
        "printf 'fs.0 fs 64M\\nraw.0 raw 32M P 8\\nscratch.0 scratch 4M\\n' >$mnt/ctl/snapshot");
    pool.sh("sha256sum $mnt/fs.0 $mnt/raw.0 $mnt/scratch.0 >still");
    for (String origin : List.of("m0", "m1")) {
      workloads.add(
          new KilledWorkload(
              pool.mountpoint(), origin, new Random(random.nextLong()), () -> killed));
    }
  }

  /** Works in many ways at once until the kill. */
  private void work() {
    killed = false;
    List<Process> shells = new ArrayList<>();
    pool.sh("mount -o loop $mnt/fs $a; rm -rf $a/[0-9]*; sync -f $a; rm -f merging kept.sum");
    pool.sh(
        """
        echo 'big.new big 64M' >$mnt/ctl/snapshot
        dd if=/dev/urandom of=$mnt/big.new bs=1M count=24 seek=$((RANDOM % 8)) conv=notrunc,fsync
        sha256sum <$mnt/big.new >big.sum
        """);
    shells.add(pool.start("writer", StopTest.SYNCED_WRITES));
    shells.add(
        pool.start(
            "fio",
            "exec fio --name=load --filename=$mnt/raw --size=16M --allow_file_create=0"
                + " --rw=randrw --bssplit=4k/50:16k/30:512/20 --ioengine=libaio --iodepth=8"
                + " --fsync=8 --time_based --runtime=60"));
    shells.add(pool.start("mkfs", "while mkfs.ext4 -q -F $mnt/scratch; do :; done"));
    shells.add(pool.start("commands", COMMANDS));
    List<CompletableFuture<Void>> threads =
        workloads.stream().map(workload -> CompletableFuture.runAsync(workload::run)).toList();
    pause();
    kill(pool.server());
    shells.forEach(MountedPool::end);
    pool.awaitSh("umount $a");
    threads.forEach(CompletableFuture::join);
  }

  /** A merge that is to be under way when the kill comes; a snapshot of a mounted file system. */
  private static final String COMMANDS =
      """
      sleep 0.$((RANDOM % 10))
      echo big.new >$mnt/ctl/merge && touch merging
      echo 'kept fs 64M P 8' >$mnt/ctl/snapshot && sha256sum <$mnt/kept >kept.new &&
        mv kept.new kept.sum
      """;

  /** Any time will do: it is the chance that counts. */
  private void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_MILLIS)));
  }

  private void kill(ProcessHandle server) {
    killed = true;
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());
    kills++;
  }

  private void killWhileMounting() {
    Process mount = pool.start("mount", "exec $dmsnap mount -o keeper=off $vg $mnt");
    pause();
    pool.findServer().ifPresent(this::kill);
    MountedPool.await("the end of mounting", () -> !mount.isAlive());
    pool.findServer().ifPresent(this::kill); // it was not to be seen before
  }

  private void verify(int round) {
    String told = "seed " + SEED + ", round " + round + ", killed in " + steps();
    try {
      check();
      pool.mount("keeper=off");
      for (KilledWorkload workload : workloads) {
        workload.verify();
      }
      pool.sh("if test -e merging; then sha256sum <$mnt/big | cmp - big.sum; fi");
      pool.sh("if test -e kept.sum; then sha256sum <$mnt/kept | cmp - kept.sum; fi");
      pool.sh("sha256sum --quiet -c still; ! grep Invalid $mnt/ctl/status/*");
      StopTest.assertFileSystemHolds(pool, "fs", "writer.out");
      pool.sh("if test -e $mnt/kept; then e2fsck -fp $mnt/kept || test $? = 1; fi");
      pool.awaitSh("for s in big.new kept; do test ! -e $mnt/$s || echo $s >$mnt/ctl/remove; done");
      pool.awaitSh("test \"$(cat $mnt/ctl/status/big)\" = '0 65536 linear '");
    } catch (AssertionError | IOException failure) {
      throw new AssertionError(told, failure);
    }
  }

  private List<String> steps() {
    return workloads.stream().map(KilledWorkload::step).toList();
  }

  private void check() {
    Result result = pool.run("$dmsnap check $vg");
    assertThat(result.status()).as("check: %s", result).isZero();
  }
}
