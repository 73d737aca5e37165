package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** mount(8) and umount(8) with an fstab, and the helpers where they look for them. */
class FstabTest {

  /** The helpers lie in /sbin for this shell and its children alone. */
  private static final String HELPERS =
      """
      mkdir upper && mount -t tmpfs none upper && mkdir upper/sbin upper/work
      for helper in mount umount; do
        ln -s "${dmsnap%/*}/$helper.dmsnap" upper/sbin/
        ln -s "${dmsnap%/*}/$helper.dmsnap" upper/sbin/$helper.fuse.dmsnap
      done
      mount -t overlay -o lowerdir=/usr/sbin,upperdir=upper/sbin,workdir=upper/work none /usr/sbin
      """;

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_line_is_mounted_once_by_pool_or_source_and_unmounted_by_either() {
    String said =
        sh(
            """
            for source in $vg dmsnap:$vg; do
              echo "$source $mnt dmsnap rw,noatime 0 0" >fstab
              mount -a -T fstab
              test -d $mnt/ctl
              mount -a -T fstab
              mount --all -T fstab
              mount -at dmsnap -T fstab
              umount $mnt
              mount -T fstab $mnt
              umount dmsnap:$vg
            done
            """);

    assertThat(said).isEmpty();
  }

  @Test
  void who_mounts_it_again_by_name_is_told_who_has_it() {
    String said = sh("mount -t dmsnap $vg $mnt; ! mount -t dmsnap -o ro,noatime $vg $mnt");

    assertThat(said).contains("which shows it at " + pool.sh("echo $mnt")).hasLineCount(1);
  }

  @Test
  void all_mounts_anew_what_a_server_that_died_has_left() {
    sh(
        """
        echo "$vg $mnt dmsnap rw,keeper=off 0 0" >fstab
        mount -a -T fstab
        pid=$(pgrep -f " $vg $mnt")
        kill -9 $pid
        while kill -0 $pid; do sleep 0.02; done
        ! test -d $mnt/ctl || exit 1
        mount -a -T fstab
        test -d $mnt/ctl
        grep -c " $mnt fuse" /proc/self/mounts | grep -x 1
        umount $mnt
        """);
  }

  @Test
  void who_looks_at_sources_does_not_come_to_the_pool() {
    assertThat(
            sh(
                """
                mkdir fs; mount -t tmpfs none fs; mkdir fs/vg
                $dmsnap mount fs/vg $mnt
                findmnt -nro SOURCE $mnt
                umount $mnt"""))
        .isEqualTo("dmsnap:" + pool.sh("echo $work/fs/vg"));
  }

  /** What is printed, in all, among mounts that end with the shell. */
  private String sh(String script) {
    return pool.sh(
        "cat >script <<'END'\nset -e; exec 2>&1; cd $work\n"
            + "trap 'umount -l $mnt 2>/dev/null || :' EXIT\n"
            + HELPERS
            + script
            + "\nEND\nunshare --mount --propagation private bash script");
  }
}
