package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Servers that are killed one after the other, 0.1 to 2 s after each has begun to answer, under all
 * that a pool is used for; nobody above notices more than pauses. {@code
 * -Ddmsnap.succession.kills=N} sets how many.
 */
class SuccessionLoadTest {

  private static final int KILLS = Integer.getInteger("dmsnap.succession.kills", 10);
  private static final long SEED = Long.getLong("dmsnap.succession.seed", System.nanoTime());
  private static final int SHORTEST_MILLIS = 100;
  private static final int LONGEST_MILLIS = 2000;

  /** An ext4 on an origin with snapshots, an XFS on a snapshot, and an origin to merge into. */
  private static final String PREPARE =
      """
      printf 'base 128M\\nother 320M\\nrolled 8M\\n' >$mnt/ctl/create
      head -c 8M /dev/urandom | dd of=$mnt/base bs=1M seek=100 conv=notrunc status=none
      head -c 8M /dev/urandom | dd of=$mnt/rolled bs=1M conv=notrunc status=none
      printf 'old base 128M\\nnew other 320M P 8\\n' >$mnt/ctl/snapshot
      sha256sum $mnt/old $mnt/other >still
      mkfs.ext4 -q -F $mnt/base; mkfs.xfs -q $mnt/new
      mount -o loop $mnt/base $a
      mount $(losetup -f --show --direct-io=on $mnt/new) $b
      """;

  private static final String FIO =
      """
      until test -e $work/enough; do
        fio --name=v --directory=DIRECTORY --size=16M --rw=randrw --bs=4k ENGINE \
          --verify=crc32c --verify_fatal=1 || exit
      done
      """;

  private static final String FILES =
      """
      set -e
      until test -e $work/enough; do
        find $a $b >/dev/null
        dd if=/dev/urandom of=$a/x bs=64k count=16 conv=fsync status=none
        cp $a/x $b/x
        sync -f $b
        cmp $a/x $b/x
      done
      """;

  private static final String COMMANDS =
      """
      set -ex
      until test -e $work/enough; do
        echo "v 1M" >$mnt/ctl/create
        echo "s v 1M P 8" >$mnt/ctl/snapshot
        echo "t v 1M N" >$mnt/ctl/snapshot
        dd if=/dev/urandom of=$mnt/v bs=64k count=16 conv=notrunc status=none
        tr -d '\\0' <$mnt/t | cmp - /dev/null
        echo "base" >$mnt/ctl/suspend
        echo "base" >$mnt/ctl/resume
        echo "s +512b" >$mnt/ctl/extend
        echo "s" >$mnt/ctl/remove
        echo "t" >$mnt/ctl/remove
        echo "v" >$mnt/ctl/remove
        echo >>rounds
      done
      """;

  private static final String MERGES =
      """
      set -e
      until test -e $work/enough; do
        sum=$(sha256sum <$mnt/rolled)
        echo "m rolled 16M P 8" >$mnt/ctl/snapshot
        dd if=/dev/urandom of=$mnt/rolled bs=64k count=64 conv=notrunc status=none
        echo "m" >$mnt/ctl/merge
        test "$(sha256sum <$mnt/rolled)" = "$sum"
        while test -e $mnt/rolled-cow || test -e $mnt/m; do sleep 0.1; done
        test "$(sha256sum <$mnt/rolled)" = "$sum"
        echo >>merges
      done
      """;

  /** What was told to be committed is noted. */
  private static final String SQLITE =
      """
      set -e
      sqlite3 $a/db 'create table t (n integer)'
      n=0
      until test -e $work/enough; do
        sqlite3 $a/db "insert into t values ($((n += 1)))"
      done
      echo $n >inserted
      """;

  @AutoClose private final MountedPool pool = MountedPool.empty();
  private final Random random = new Random(SEED);
  private final List<Process> load = new ArrayList<>();
  private final List<Long> killed = new ArrayList<>();

  @Test
  void nobody_notices_more_than_pauses() {
    assumeTrue(pool.run("command -v fio && command -v sqlite3").succeeded(), "needs fio, sqlite3");
    mount();
    pool.sh(PREPARE);
    load(
        "direct",
        FIO.replace("DIRECTORY", "$b")
            .replace("ENGINE", "--ioengine=libaio --direct=1 --iodepth=8"));
    load(
        "buffered",
        FIO.replace("DIRECTORY", "$a").replace("ENGINE", "--ioengine=psync --fsync=32"));
    load("files", FILES);
    load("commands", COMMANDS);
    load("merges", MERGES);
    load("sqlite", SQLITE);

    kill();

    pool.sh("touch enough");
    MountedPool.await("the end of all", () -> load.stream().noneMatch(Process::isAlive));
    assertThat(load)
        .as("seed %d: %s", SEED, pool.sh("tail -n 20 *.err *.out"))
        .allMatch(this::succeeded);
    assertThat(pool.sh("sqlite3 $a/db 'select count(*), max(n) from t'"))
        .isEqualTo(pool.sh("n=$(cat inserted); echo \"$n|$n\""));
    pool.sh("umount $a; umount $b; losetup -d $(losetup -nl -O NAME -j $mnt/new)");
    pool.sh("e2fsck -fn $mnt/base; xfs_repair -n $mnt/new; sha256sum -c still");
    assertThat(pool.sh("ls $mnt")).doesNotContain("v", "m");
    assertThat(died()).as("who died: %s", pool.sh("cat server.err")).isSubsetOf(killed);
    System.out.println(
        pool.sh("echo seed " + SEED + ", $(wc -l <rounds) rounds, $(wc -l <merges) merges"));
    pool.umount();
  }

  @Test
  @Tag("exhaustive") // it needs more than a check installs
  void no_transaction_of_pgbench_is_lost() {
    mount();
    pool.control("create", "base 512M");
    pool.control("snapshot", "old base 512M");
    pool.sh(
        "mkfs.ext4 -q $mnt/base; mount -o loop $mnt/base $a; mkdir $a/db; chown postgres $a/db");
    String postgres =
        """
        set -e
        bin=$(dirname $(ls /usr/lib/postgresql/*/bin/pgbench | tail -1))
        as() { (cd /; setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); }
        """;
    pool.sh(
        postgres
            + """
            as $bin/initdb -D $a/db/data >/dev/null
            as $bin/pg_ctl -D $a/db/data -w -o "-k $a/db -c listen_addresses=''" -l $a/db/log \
              start >/dev/null
            as $bin/pgbench -i -q -h $a/db postgres
            """);
    load(
        "pgbench",
        postgres + "as $bin/pgbench -h $a/db -c 4 -T " + (2 * KILLS + 5) + " postgres >$work/told");

    kill();

    MountedPool.await("its end", () -> load.stream().noneMatch(Process::isAlive));
    assertThat(load).as("%s", pool.sh("cat *.err")).allMatch(this::succeeded);
    assertThat(pool.sh("sed -n 's/^number of transactions actually processed: //p' told"))
        .isEqualTo(
            pool.sh(
                postgres
                    + "as $bin/psql -h $a/db -At"
                    + " -c 'select count(*) from pgbench_history' postgres"));
    pool.sh(postgres + "as $bin/pg_ctl -D $a/db/data -m fast stop >/dev/null; umount $a");
    pool.sh("e2fsck -fn $mnt/base");
  }

  /** In the foreground, where all servers tell how the one before has ended. */
  private void mount() {
    pool.start("server", "exec $dmsnap mount -f $vg $mnt");
    pool.awaitSh("test -d $mnt/ctl");
  }

  private void load(String name, String script) {
    load.add(pool.start(name, script));
  }

  private boolean succeeded(Process process) {
    return process.exitValue() == 0;
  }

  /** Those of whose end another has told, which it does once it has answered for a moment. */
  private List<Long> died() {
    return pool.sh("sed -n 's/.*the server before, process \\([0-9]*\\), .*/\\1/p' server.err")
        .lines()
        .map(Long::valueOf)
        .toList();
  }

  /** One server after the other; each has answered somebody before. */
  private void kill() {
    for (int kill = 0; kill < KILLS; kill++) {
      pool.sh("stat $mnt/ctl/create");
      int millis = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      if (!load.stream().allMatch(Process::isAlive)) {
        return; // of which its end tells
      }
      ProcessHandle server = pool.server();
      killed.add(server.pid());
      server.destroyForcibly();
    }
    pool.sh("stat $mnt/ctl/create");
  }
}
