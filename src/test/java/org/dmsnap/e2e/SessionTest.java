package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a user types first, and what the user then reads, to the letter. */
class SessionTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_file_system_is_snapshotted_while_it_is_mounted() {
    pool.sh("$dmsnap mount vg $mnt");
    pool.sh("echo 'base 1G' > $mnt/ctl/create");
    pool.sh("mkfs.ext4 -q $mnt/base && mount -o loop $mnt/base $a");
    pool.sh("echo 'snap base 100M P 16' > $mnt/ctl/snapshot");
    pool.sh("mount -o loop,ro,noload $mnt/snap $b");

    assertThat(pool.sh("cat $mnt/ctl/status/snap"))
        .matches("0 2097152 snapshot [0-9]+/204800 [0-9]+");
    assertThat(pool.sh("cd $mnt && grep . ctl/table/*"))
        .isEqualTo(
            """
            ctl/table/base:0 2097152 snapshot-origin base-real
            ctl/table/base-real:0 2097152 linear base.img 0
            ctl/table/snap:0 2097152 snapshot base-real snap-cow P 16
            ctl/table/snap-cow:0 204800 linear snap.cow 0""");
    assertThat(pool.sh("ls $a $b | grep -c lost+found")).isEqualTo("2");
    pool.sh("umount $a $b && $dmsnap umount $mnt");
    assertThat(pool.sh("ls vg")).isEqualTo("base.img\npool.table\nsnap.cow");
  }

  @Test
  void the_numbers_of_a_status_are_those_of_the_kernel() {
    pool.mount();
    pool.control("create", "base 1G");
    assertThat(pool.sh("cat $mnt/ctl/status/base")).isEqualTo("0 2097152 linear");
    pool.control("snapshot", "snap base 100M P 16");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 2097152 snapshot 32/204800 32");
    pool.sh("echo new | dd of=$mnt/base conv=notrunc,fsync status=none");
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 2097152 snapshot 48/204800 32");
    assertThat(pool.sh("cat $mnt/ctl/status/base")).isEqualTo("0 2097152 snapshot-origin");
    assertThat(pool.sh("cat $mnt/ctl/status/base-real")).isEqualTo("0 2097152 linear");
    assertThat(pool.sh("cat $mnt/ctl/status/snap-cow")).isEqualTo("0 204800 linear");
    assertThat(pool.sh("cat $mnt/ctl/lvs"))
        .matches(
            """
            \\s*LV +VG +Attr +LSize +Origin +Snap% *
            \\s*base +vg +owi\\S* +1\\.00g *
            \\s*snap +vg +swi\\S* +100\\.00m +base +0\\.0\\d""");
  }

  @Test
  void the_command_line_says_the_same_as_the_files() {
    pool.mount();
    pool.sh("$dmsnap create $mnt base 8M; $dmsnap snapshot $mnt snap base 4M");
    for (String file : new String[] {"status", "table"}) {
      assertThat(pool.sh("$dmsnap " + file + " $mnt snap"))
          .isEqualTo(pool.sh("cat $mnt/ctl/" + file + "/snap"));
    }
    assertThat(pool.sh("$dmsnap lvs $mnt")).isEqualTo(pool.sh("cat $mnt/ctl/lvs"));
    assertThat(pool.sh("$dmsnap log $mnt")).contains("snapshot snap base 4M");
    assertThat(pool.run("$dmsnap remove $mnt base").status()).isEqualTo(1);
    assertThat(pool.run("$dmsnap remove $mnt base").errors()).contains("snap");
    pool.sh("$dmsnap remove $mnt snap; $dmsnap extend $mnt base +8M; $dmsnap suspend $mnt base");
    pool.sh("$dmsnap resume $mnt base");
    assertThat(pool.sh("stat -c %s $mnt/base")).isEqualTo("16777216");
    assertThat(pool.run("$dmsnap frobnicate $mnt").status()).isEqualTo(2);
  }
}
