package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pool's file system is unmounted lazily, and the mount goes on in it. */
class LostPoolTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @ParameterizedTest
  @ValueSource(strings = {"fs", "fs/vg", "fs/a/vg"})
  void doctor_says_so_by_pool_and_mountpoint_and_umount_ends_it(String place) {
    String said =
        pool.sh(
            "cat >script <<'END'\nset -e; exec 2>&1\n"
                + "trap 'umount -l $mnt 2>/dev/null || :' EXIT; vg=$work/"
                + place
                + """

                mkdir fs; mount -t tmpfs none fs; mkdir -p $vg
                $dmsnap mount $vg $mnt
                $dmsnap create $mnt base 4M
                umount -l fs
                ! $dmsnap doctor $vg
                ! $dmsnap doctor $mnt
                cp $mnt/base copy
                $dmsnap umount $mnt
                ! findmnt $mnt
                END
                unshare --mount --propagation private bash script""");

    assertThat(said.lines().filter(line -> line.startsWith("problem")))
        .hasSize(2)
        .allMatch(line -> line.contains("it is there no more, since its file system was"));
    assertThat(said.lines().skip(1)).last().asString().contains("1 problem");
  }
}
