package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may mount a pool, with which options, and what a mount leaves alone. */
class MountTest {

  /** One line for each file of the pool: all that could change. */
  private static final String FILES =
      "cd $vg; stat -c '%n %s %Y %Z %b %i' . *; sha256sum *; find . | sort";

  private static final String USER =
      "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ ";

  @AutoClose private final MountedPool pool = MountedPool.empty();
  private String modeOfDevice = "";

  /** As devices have it where systemd's rules apply. */
  @BeforeEach
  void open_the_device_to_all() {
    modeOfDevice = pool.sh("stat -c %a /dev/fuse");
    pool.sh("chmod 666 /dev/fuse");
  }

  @AfterEach
  void restore_the_device() {
    pool.sh("chmod " + modeOfDevice + " /dev/fuse");
  }

  @Test
  void a_dead_mount_is_cleared_away_by_way_of_a_link_too() {
    pool.mount("keeper=off");
    pool.sh("ln -s $mnt link");
    pool.server().destroyForcibly();
    MountedPool.await("the server's end", () -> !pool.run("test -e $mnt").succeeded());

    pool.sh("$dmsnap mount $vg link && echo 'base 1M' >link/ctl/create && $dmsnap umount link");
    pool.mount();

    assertThat(pool.sh("ls $mnt")).contains("base");
  }

  @Test
  void a_pool_is_itself_by_whatever_link_it_is_named() {
    pool.sh("ln -s $vg link; $dmsnap mount link $mnt; mkdir other");

    for (String name : new String[] {"$vg", "link"}) {
      assertThat(pool.run("$dmsnap doctor " + name).output()).contains("and answers");
      assertThat(pool.run("$dmsnap lvs " + name).errors()).contains("is the pool; name where");
      assertThat(pool.run("$dmsnap mount " + name + " other").errors())
          .contains("which shows it at " + pool.sh("echo $mnt"));
    }
    pool.umount();
  }

  @Test
  void what_is_mounted_is_no_pool_and_a_pool_no_mountpoint_of_its_own() {
    assertThat(pool.run("$dmsnap mount $vg $vg").errors()).contains("over itself").hasLineCount(1);
    pool.mount();
    pool.sh("mkdir other");

    assertThat(pool.run("$dmsnap mount $mnt other").errors())
        .contains("is no pool, one is mounted there; name the pool, " + pool.sh("echo $vg"))
        .hasLineCount(1);
    assertThat(pool.run("$dmsnap mount $mnt/ctl other").errors())
        .contains("is no pool, but in one that is mounted there")
        .hasLineCount(1);
    assertThat(pool.run("$dmsnap lvs $vg").errors())
        .contains("is the pool; name where it is mounted, " + pool.sh("echo $mnt"));
    assertThat(pool.run("$dmsnap umount $vg").errors()).contains("is the pool; name where");
    assertThat(pool.run("$dmsnap check $vg").errors())
        .contains("which shows it at " + pool.sh("echo $mnt"));
  }

  @Test
  void a_pool_is_mounted_once_and_the_second_mount_names_the_first() {
    pool.mount();
    Result second = pool.run("$dmsnap mount $vg $a");
    assertThat(second.status()).isEqualTo(1);
    assertThat(second.errors())
        .hasLineCount(1)
        .contains("in use")
        .contains(Long.toString(pool.server().pid()));
    assertThat(pool.run("mountpoint -q $a").succeeded()).isFalse();
    assertThat(pool.run("$dmsnap mount -o ro $vg $a").status()).isEqualTo(1);
    pool.control("create", "base 1M");
  }

  @Test
  void two_may_read_one_pool() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.remount("ro");
    pool.sh("$dmsnap mount -o ro $vg $a; cmp $mnt/base $a/base; $dmsnap umount $a");
    assertThat(pool.run("$dmsnap mount $vg $a").status()).isEqualTo(1);
  }

  @Test
  void a_read_only_mount_changes_nothing() {
    pool.mount();
    pool.control("create", "base 16M");
    pool.sh("mkfs.ext4 -q -F $mnt/base");
    pool.control("snapshot", "snap base 8M");
    pool.umount();
    pool.sh("touch -d 2020-01-01 $vg/orphan.cow");
    String before = pool.sh(FILES);

    pool.mount("ro");

    pool.sh(
        "cat $mnt/base $mnt/snap $mnt/*-* >/dev/null; cat $mnt/ctl/lvs; grep -r . $mnt/ctl/table");
    pool.sh("mount -o loop,ro,noload $mnt/snap $b; ls $b; umount $b; e2fsck -fn $mnt/base");
    assertThat(pool.run("echo x >>$mnt/base").errors()).contains("Read-only file system");
    assertThat(pool.run("echo 'x 1M' >$mnt/ctl/create").succeeded()).isFalse();
    assertThat(pool.sh("stat -c %a $mnt/base $mnt/ctl")).isEqualTo("400\n700");
    pool.umount();
    assertThat(pool.sh(FILES)).isEqualTo(before);
    assertThat(pool.sh("ls -A $vg")).isEqualTo(".lock\nbase.img\norphan.cow\npool.table\nsnap.cow");
  }

  @Test
  void an_ordinary_user_needs_no_root() {
    assumeTrue(
        pool.run("command -v fusermount || command -v fusermount3").succeeded(), "fusermount");
    assumeTrue(pool.run(USER + "$dmsnap --version").succeeded(), "nobody may not read the program");
    pool.sh("chown 65534:65534 vg mnt");
    Result mounted = pool.run(USER + "$dmsnap mount $vg $mnt");
    assertThat(mounted.succeeded()).as("%s", mounted).isTrue();
    if (!pool.run("grep -q ^user_allow_other /etc/fuse.conf").succeeded()) {
      assertThat(mounted.errors()).hasLineCount(1).contains("root").contains("/etc/fuse.conf");
      Result asked = pool.run(USER + "$dmsnap mount -o allow_other $vg $a");
      assertThat(asked.status()).isEqualTo(1);
    }
    pool.sh(
        USER + "bash -c 'echo base 8M >$mnt/ctl/create; echo snap base 1M N >$mnt/ctl/snapshot'");
    pool.sh(USER + "bash -c 'echo hello >$mnt/base; test $(head -c 5 $mnt/base) = hello'");
    assertThat(pool.sh(USER + "stat -c '%u %g %a' $mnt/base")).isEqualTo("65534 65534 600");
    pool.sh(USER + "$dmsnap umount $mnt; mkdir -m 1777 sticky");
    Result notTheirs = pool.run(USER + "$dmsnap mount $vg $work/sticky");
    assertThat(notTheirs.status()).isEqualTo(1);
    assertThat(notTheirs.errors()).hasLineCount(1).contains("not owned by user");
    assertThat(pool.sh("ls -A $vg")).isEqualTo(".lock\nbase.img\npool.table");
  }

  @Test
  void owners_and_modes_are_as_the_options_say() {
    pool.mount(
        "allow_other", "uid=1", "gid=2", "mode=640", "threads=3", "noatime", "x-any.thing=1");
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    assertThat(
            pool.sh("cd $mnt; stat -c '%n %u %g %a' . base snap base-real ctl ctl/create ctl/lvs"))
        .isEqualTo(
            """
            . 1 2 750
            base 1 2 640
            snap 1 2 640
            base-real 1 2 440
            ctl 1 2 750
            ctl/create 1 2 600
            ctl/lvs 1 2 440""");
    String group = "setpriv --reuid=7 --regid=2 --clear-groups ";
    String other = "setpriv --reuid=7 --regid=7 --clear-groups ";
    pool.sh(group + "head -c 1 $mnt/base");
    assertThat(pool.run(group + "bash -c 'echo >>$mnt/base'").errors()).contains("denied");
    assertThat(pool.run(group + "cat $mnt/ctl/create").errors()).contains("denied");
    assertThat(pool.run(other + "ls $mnt").errors()).contains("denied");
    assertThat(pool.sh("findmnt -no FSTYPE,SOURCE $mnt")).matches("fuse.dmsnap dmsnap:/\\S+/vg");
  }

  @Test
  void options_that_are_not_known_and_pools_that_are_not_there_are_refused() {
    assertRefused("-o frobnicate $vg $mnt", "frobnicate");
    assertRefused("-o threads=0 $vg $mnt", "threads");
    assertRefused("-o mode=999 $vg $mnt", "mode");
    assertRefused("-o overflow=perhaps $vg $mnt", "overflow");
    assertRefused("-o autoextend_threshold=101 $vg $mnt", "autoextend_threshold");
    assertRefused("$work/nowhere $mnt", "nowhere");
    assertRefused("$vg $work/nowhere", "nowhere");
    assertThat(pool.sh("ls -A $vg")).isEmpty();
  }

  @Test
  void a_pool_that_may_not_be_written_to_is_refused_but_for_reading() {
    assumeTrue(pool.run(USER + "$dmsnap --version").succeeded(), "nobody may not read the program");
    pool.sh(
        "truncate -s 1M $vg/base.img; chmod 666 $vg/base.img; mkdir theirs; chown 65534 theirs");

    Result refused = pool.run(USER + "$dmsnap mount $vg $work/theirs");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).hasLineCount(1).contains("may not write").contains("-o ro");
  }

  /** As the kernel's snapshots of a read-only device are used, for evidence. */
  @Test
  void an_image_that_may_not_be_written_to_has_snapshots_that_may() {
    assumeTrue(pool.run(USER + "$dmsnap --version").succeeded(), "nobody may not read the program");
    pool.sh("yes evidence | head -c 1M >disk; chmod 444 disk; mkdir theirs pool");
    pool.sh("ln -s $work/disk pool/base.img; chown 65534 theirs pool; chmod a+x .");

    Result mounted = pool.run(USER + "$dmsnap mount $work/pool $work/theirs");
    pool.sh(USER + "$dmsnap snapshot theirs snap base 1M");
    pool.sh("dd if=/dev/zero of=theirs/snap bs=8K count=3 seek=2 conv=notrunc,fsync status=none");
    Result written = pool.run("dd if=/dev/zero of=theirs/base bs=8K count=1 conv=notrunc");
    Result merged = pool.run(USER + "$dmsnap merge theirs snap");
    String volumes = pool.sh(USER + "$dmsnap lvs theirs | tail -n 2 | cut -d' ' -f 3,5-7");
    pool.sh(USER + "$dmsnap umount theirs");
    pool.sh(USER + "$dmsnap mount $work/pool $work/theirs");

    assertThat(mounted.errors()).contains("base is read-only, for its image base.img cannot");
    assertThat(written.errors()).contains("Read-only file system");
    assertThat(merged.errors()).contains("Cannot merge", "cannot be written to by you");
    assertThat(volumes).contains("ori-a-s---", "swi-a-s---");
    pool.sh("cmp theirs/base disk && yes evidence | head -c 1M | cmp - disk");
    assertThat(pool.sh("cmp -l theirs/snap disk | wc -l")).isEqualTo("" + 3 * 8192);
    pool.sh(USER + "$dmsnap umount theirs");
  }

  private void assertRefused(String words, String named) {
    Result result = pool.run("$dmsnap mount " + words);
    assertThat(result.status()).as("%s: %s", words, result).isIn(1, 2);
    assertThat(result.errors()).as("%s", words).contains(named);
    assertThat(pool.run("mountpoint -q $mnt").succeeded()).isFalse();
  }
}
