package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What others than the mounter can do, and what those cannot who may write to the pool. */
class SecurityTest {

  private static final String OTHER = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void control_files_are_the_owner_s_alone_whatever_mode_says() {
    pool.mount("allow_other", "mode=666");
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");

    assertThat(pool.sh("stat -c '%n %a' $mnt/ctl/[a-km-z]* | grep -v ' 600$' | grep -o 'ctl/.*'"))
        .isEqualTo("ctl/metrics 444\nctl/status 777\nctl/table 777\nctl/uuids 444");
    assertThat(pool.run(OTHER + "bash -c 'echo x 1M >$mnt/ctl/create'").errors())
        .contains("Permission denied");
    assertThat(pool.run(OTHER + "cat $mnt/ctl/remove").errors()).contains("Permission denied");
    assertThat(pool.sh(OTHER + "cat $mnt/ctl/status/base")).startsWith("0 2048 snapshot-origin");
    pool.sh(OTHER + "bash -c 'echo other >>$mnt/base' || " + OTHER + "head -c1 $mnt/base");
    for (String file : new String[] {"base-real", "snap-cow"}) {
      assertThat(pool.run("bash -c 'echo >>$mnt/" + file + "'").errors()).contains("denied");
      assertThat(pool.run(OTHER + "bash -c ': >$mnt/" + file + "'").errors()).contains("denied");
    }
  }

  @Test
  void without_allow_other_another_user_sees_nothing() {
    pool.mount("mode=777");

    assertThat(pool.run(OTHER + "ls $mnt").errors()).contains("Permission denied");
    assertThat(pool.sh("findmnt -no OPTIONS $mnt")).contains("nosuid", "nodev");
  }

  @Test
  void no_file_in_the_pool_is_made_wider_than_its_owner_s() {
    pool.sh("umask 0; $dmsnap mount $vg $mnt");
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    assertThat(pool.sh("find $vg -type f ! -perm 600")).isEmpty();
    pool.umount();
    assertThat(pool.sh("cd $vg; stat -c '%a %n' *"))
        .isEqualTo("600 base.img\n600 pool.table\n600 snap.cow");
  }

  @Test
  void a_table_that_is_a_link_or_a_pipe_is_refused_at_once_and_untouched() {
    pool.sh("echo precious >victim; ln -s ../victim $vg/pool.table");
    assertRefused("symbolic link");

    pool.sh("rm $vg/pool.table; mkfifo $vg/pool.table");
    assertRefused("neither a file nor a block device");

    pool.sh("rm $vg/pool.table; mknod $vg/pool.table c 1 5");
    assertRefused("neither a file nor a block device");

    assertThat(pool.sh("cat victim")).isEqualTo("precious");
  }

  @Test
  void what_is_put_in_the_place_of_a_cow_file_is_not_touched() {
    pool.mount();
    for (String name : new String[] {"link", "hard", "pipe", "device", "blank"}) {
      pool.control("create", name + " 1M");
      pool.control("snapshot", "s-" + name + " " + name + " 1M");
    }
    pool.umount();
    pool.sh("echo precious | tee victim >linked; truncate -s 1M zeroes; rm $vg/s-*.cow");
    pool.sh("ln -s ../linked $vg/s-link.cow");
    pool.sh("ln victim $vg/s-hard.cow; mkfifo $vg/s-pipe.cow; mknod $vg/s-device.cow c 1 5");
    pool.sh("ln zeroes $vg/s-blank.cow");

    assertThat(pool.run("$dmsnap check $vg").status()).isNotZero();
    pool.mount();

    assertThat(pool.sh("cat $mnt/ctl/status/s-* | grep -v linear").lines())
        .hasSize(5)
        .allMatch("0 2048 snapshot Invalid"::equals);
    assertThat(pool.run("for i in link hard pipe; do echo >>$mnt/$i; done").errors())
        .contains("Read-only");
    pool.sh("for i in link hard pipe device blank; do echo s-$i; done >$mnt/ctl/remove");
    pool.umount();
    assertThat(pool.sh("cat victim linked; tr -d '\\0' <zeroes; stat -c %s zeroes"))
        .isEqualTo("precious\nprecious\n1048576");
  }

  @Test
  void names_that_dmsnap_makes_are_not_written_through() {
    pool.mount();
    pool.sh(
        "echo precious >victim; for i in .base.img.new .pool.table.new .s.cow.new;"
            + " do ln -s ../victim $vg/$i; done");

    pool.control("create", "base 1M");
    pool.control("snapshot", "s base 1M");
    pool.sh("echo new | dd of=$mnt/base conv=notrunc,fsync status=none");
    pool.remount();

    assertThat(pool.sh("cat victim; find $vg -type l")).isEqualTo("precious");
    assertThat(pool.sh("head -n1 $mnt/base")).isEqualTo("new");
  }

  @Test
  void pipes_and_devices_in_the_place_of_images_are_left_out_without_waiting() {
    pool.sh("mkfifo $vg/pipe.img; mknod $vg/zero.img c 1 5; ln -s /dev/zero $vg/link.img");
    pool.mount();

    assertThat(pool.sh("ls $mnt")).isEqualTo("ctl");
    assertThat(pool.sh("cat $mnt/ctl/log")).contains("pipe.img", "zero.img", "link.img");
  }

  @Test
  void check_and_dump_do_not_wait_for_a_pipe() {
    pool.sh("mkfifo pipe; mknod zero c 1 5");

    assertThat(pool.run("$dmsnap dump pipe").errors())
        .contains("neither a file nor")
        .hasLineCount(1);
    assertThat(pool.run("$dmsnap check zero").status()).isEqualTo(2);
  }

  @Test
  void a_live_pool_is_not_checked_but_its_snapshots_can_be_looked_at() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M P 8");
    pool.sh("echo new | dd of=$mnt/base conv=notrunc status=none");

    Result live = pool.run("$dmsnap check $vg");
    assertThat(live.status()).isEqualTo(2);
    assertThat(live.errors()).contains("in use").contains("" + pool.server().pid()).hasLineCount(1);
    assertThat(pool.run("$dmsnap dump $vg/snap.cow").errors()).contains("MOUNTPOINT/SNAP-cow");
    assertThat(pool.sh("$dmsnap dump $mnt/snap-cow"))
        .endsWith("status: 24/2048 16\n0 -> 2\nexceptions: 1");
    assertThat(pool.sh("$dmsnap check $mnt/snap-cow")).endsWith("nothing is wrong");
    assertThat(pool.run("$dmsnap check $mnt").errors()).contains("mounted there");
    pool.remount("ro");
    assertThat(pool.sh("$dmsnap check $vg")).endsWith("nothing is wrong");
  }

  private void assertRefused(String words) {
    Result result = pool.tryToMount();
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.errors()).contains("pool.table").contains(words).hasLineCount(1);
  }
}
