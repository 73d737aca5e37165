package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Backup programs that look at times and inode numbers first, and only then at what has changed.
 */
class BackupTest {

  private static final String FILL = "head -c 1M /dev/urandom | dd conv=notrunc,fsync bs=64K of=";

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @BeforeEach
  void volumes() {
    pool.control("create", "base 4M");
    pool.control("create", "alone 4M");
    pool.sh(FILL + "$mnt/base; mkdir copy");
    pool.control("snapshot", "snap base 4M");
    pool.control("snapshot", "down base 4M P 16 2 discard_zeroes_cow discard_passdown_origin");
    pool.sh(FILL + "$mnt/snap; " + FILL + "$mnt/base");
  }

  /** Backs up, and names what was read: that what is not named is the same is checked by cmp. */
  private String rsync() {
    String copied =
        pool.sh("rsync -a --out-format=%n $mnt/alone $mnt/base $mnt/down $mnt/snap copy");
    pool.sh("cmp $mnt/alone copy/alone; cmp $mnt/base copy/base");
    pool.sh("cmp $mnt/down copy/down; cmp $mnt/snap copy/snap");
    return copied.replace('\n', ' ');
  }

  @Test
  void rsync_copies_what_has_changed_by_whatever_and_nothing_else() {
    assertThat(rsync()).isEqualTo("alone base down snap");
    assertThat(rsync()).isEmpty();

    pool.remount();
    assertThat(rsync()).isEmpty();
    pool.sh("fallocate -p -o 0 -l 64K $mnt/down");
    assertThat(rsync()).isEqualTo("base down snap");
    pool.sh("$dmsnap reset $mnt down");
    assertThat(rsync()).isEqualTo("down");
    pool.sh("$dmsnap merge --wait $mnt snap");
    pool.control("snapshot", "snap base 4M");
    assertThat(rsync()).isEqualTo("base snap");
    pool.control("extend", "alone +1M");
    assertThat(rsync()).isEqualTo("alone");
    pool.remount();
    assertThat(rsync()).isEmpty();
  }

  @Test
  void rsync_copies_an_origin_that_was_merged_into_by_force() {
    pool.sh("rsync -a $mnt/base copy");

    pool.sh("exec 3<$mnt/base; $dmsnap merge --wait $mnt snap force");

    assertThat(pool.sh("rsync -a --out-format=%n $mnt/base copy; cmp $mnt/base copy/base"))
        .isEqualTo("base");
  }

  @Test
  void tar_finds_a_quiet_pool_quiet() {
    pool.sh("tar cf x.tar -C $mnt .; tar cf y.tar -C $mnt .");

    pool.sh("cmp x.tar y.tar");
  }

  @Test
  void tar_dumps_what_has_changed_since_the_last_dump() {
    String dump =
        "tar cf x.tar --no-check-device --listed-incremental=list -C $mnt . && tar tf x.tar";
    pool.sh("sync; " + dump);
    pool.remount();
    pool.sh(dump);

    assertThat(pool.sh(dump + " | grep -v ctl")).isEqualTo("./");
    pool.sh("$dmsnap merge --wait $mnt snap");
    assertThat(pool.sh(dump).lines()).contains("./base").doesNotContain("./alone", "./down");
  }

  @Test
  void inode_numbers_are_each_files_own_and_stay() {
    String numbers = "find $mnt -printf '%i %P\\n' | sort";
    String before = pool.sh(numbers);

    assertThat(pool.sh("find $mnt -printf '%i\\n' | sort | uniq -d")).isEmpty();
    assertThat(pool.sh("ls -id $mnt | cut -d' ' -f1")).isEqualTo("1");
    assertThat(pool.sh("ls -i $mnt")).doesNotContain("4294967295");
    assertThat(pool.sh("cd $mnt; ls -i1 | sort"))
        .isEqualTo(pool.sh("cd $mnt; stat -c '%i %n' * | sort"));
    assertThat(pool.sh("find $mnt -inum $(stat -c %i $mnt/snap) -printf %P")).isEqualTo("snap");
    assertThat(pool.sh("exec 3<$mnt/snap; stat -L -c %i /dev/fd/3"))
        .isEqualTo(pool.sh("stat -c %i $mnt/snap"));
    pool.remount();
    assertThat(pool.sh(numbers)).isEqualTo(before);
  }

  @Test
  void ctl_has_the_times_of_the_last_change() {
    String times = "cd $mnt; stat -c '%n %y %z' . ctl ctl/* ctl/status/* ctl/table/*";
    String before = pool.sh("cat $mnt/ctl/log >/dev/null; " + times);

    assertThat(pool.sh("sleep 1.1; " + times)).isEqualTo(before);
    pool.control("create", "more 1M");
    String now = pool.sh("sleep 1.1; date +'%F %T'; " + times);
    assertThat(now).contains("ctl/status/more");
    assertThat(line(now, ".")).isGreaterThan(line(before, ".")).isLessThan(". " + now);
    assertThat(line(now, "ctl/lvs")).isGreaterThan(line(before, "ctl/lvs"));
    assertThat(line(now, "ctl/log")).isGreaterThan(line(before, "ctl/log"));
    assertThat(line(now, "ctl/status/base")).isEqualTo(line(before, "ctl/status/base"));
    assertThat(line(now, "ctl/create")).isEqualTo(line(before, "ctl/create"));
  }

  private static String line(String lines, String name) {
    return lines.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElseThrow();
  }
}
