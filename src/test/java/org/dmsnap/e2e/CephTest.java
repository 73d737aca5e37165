package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.dmsnap.docs.Markdown;
import org.dmsnap.docs.Markdown.Block;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A Ceph of one machine, on the loopback address and in a directory of its own: a pool on its file
 * system, as two machines have it, volumes that go to its images and come back, an image as a
 * volume. {@code mvn test -Ddmsnap.ceph=yes} runs it; it takes more than a check installs.
 */
@Tag("exhaustive")
class CephTest {

  private static final Path CLUSTER = Path.of("src/test/resources/ceph/cluster").toAbsolutePath();

  private static final String CLIENTS =
      """
      cd $work
      mkdir one two mnt2
      export CEPH_CONF=$work/ceph/ceph.conf
      for machine in one two; do ceph-fuse $work/$machine 2>>ceph-fuse.log; done
      mkdir one/vg
      ls two/vg
      """;

  private static final String SESSION =
      """
      $dmsnap create $mnt base 32M
      mkfs.ext4 -q $mnt/base
      mount -o loop $mnt/base $a
      echo before >$a/file
      $dmsnap snapshot --freeze $mnt snap base 16M
      echo after >$a/file
      sync -f $a
      """;

  /** Mounts it at the other client as soon as that is allowed, and looks what is there. */
  private static final String TAKE_OVER =
      """
      umount $a
      umount -l $mnt
      for try in $(seq 100); do
        $dmsnap mount -o keeper=off two/vg mnt2 && break
        test $try -lt 100
        sleep 1
      done
      test "$(debugfs -R 'cat /file' mnt2/snap)" = before
      mount -o loop mnt2/base $a
      test "$(cat $a/file)" = after
      umount $a
      e2fsck -fn mnt2/base
      $dmsnap merge --wait mnt2 snap
      test "$(debugfs -R 'cat /file' mnt2/base)" = before
      $dmsnap umount mnt2
      """;

  /** As a recipe calls it. */
  private static final String PROGRAM =
      "export CEPH_CONF=$work/ceph/ceph.conf PATH=$(dirname $dmsnap):$PATH\n";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @BeforeEach
  void start() {
    pool.sh("mkdir ceph; " + CLUSTER + " start ceph >ceph.log 2>&1 </dev/null");
  }

  @AfterEach
  void stop() {
    pool.run("umount -l $a; umount -l mnt2; umount -l $mnt; umount -l images");
    pool.run("umount -l one; umount -l two; pkill -9 -f \"[c]eph-fuse $work/\"");
    pool.sh(CLUSTER + " stop ceph");
  }

  @Test
  void a_pool_is_one_clients_and_goes_on_at_the_other_when_its_server_is_killed() {
    pool.sh(CLIENTS);
    pool.sh("$dmsnap mount -o keeper=off one/vg $mnt");
    pool.sh(SESSION);

    Result second = pool.run("$dmsnap mount two/vg mnt2");

    assertThat(second.succeeded()).isFalse();
    assertThat(second.errors()).contains("is in use", "perhaps on another machine");
    pool.server().destroyForcibly();
    MountedPool.await("its end", () -> pool.findServer().isEmpty());
    pool.sh(TAKE_OVER);
  }

  @Test
  void a_pool_goes_on_at_the_other_client_when_all_of_the_first_machine_dies() {
    pool.sh(CLIENTS);
    pool.sh("$dmsnap mount -o keeper=off one/vg $mnt");
    pool.sh(SESSION);

    pool.sh("pkill -9 -f \"[c]eph-fuse $work/one\"; kill -9 " + pool.server().pid());
    MountedPool.await("its end", () -> pool.findServer().isEmpty());
    pool.run("umount -l one");

    pool.sh(TAKE_OVER);
  }

  @Test
  void a_pool_moves_on_purpose_as_the_recipe_has_it() {
    List<String> steps = steps("Move a pool on CephFS to another machine");
    assertThat(steps).hasSize(2);
    pool.sh(CLIENTS);
    pool.sh("$dmsnap mount one/vg $mnt");
    pool.sh(SESSION);

    pool.sh(PROGRAM + steps.get(0));
    pool.sh(PROGRAM + steps.get(1).replaceAll("\\bmnt\\b", "mnt2").replace("cephfs", "two"));

    pool.sh("test \"$(cat $a/file)\" = after; umount $a");
    pool.sh("test \"$(debugfs -R 'cat /file' mnt2/snap)\" = before; $dmsnap umount mnt2");
  }

  @Test
  void volumes_go_to_ceph_and_back_as_the_recipe_has_it() {
    List<String> steps = steps("Move a volume to Ceph, and back");
    assertThat(steps).hasSize(2);
    pool.mount();
    pool.control("create", "base 32M");
    for (String day : new String[] {"monday", "tuesday"}) {
      pool.sh("mkdir -p tree; echo " + day + " >tree/file; mke2fs -Fq -t ext4 -d tree $mnt/base");
      pool.control("snapshot", day + " base 100%ORIGIN");
    }
    pool.sh("cp $mnt/monday m; cp $mnt/tuesday t");

    pool.sh(PROGRAM + "set -o pipefail\n" + steps.get(0));
    pool.sh(
        PROGRAM + "for d in monday tuesday; do rbd export pool/base@$d - | cmp - ${d:0:1}; done");
    pool.umount();
    pool.sh("rm $vg/*");
    pool.mount();
    pool.sh(PROGRAM + "set -o pipefail\n" + steps.get(1));

    pool.sh("cmp $mnt/monday m; cmp $mnt/tuesday t");
  }

  @Test
  void an_image_of_ceph_is_a_volume() {
    pool.sh(
        """
        export CEPH_CONF=$work/ceph/ceph.conf
        rbd create --size 32M pool/base
        mkdir images
        rbd-fuse -p pool images 2>>rbd-fuse.log
        ln -s ../images/base $vg/base.img
        """);
    pool.mount();
    pool.sh("mkfs.ext4 -q $mnt/base; $dmsnap snapshot $mnt snap base 32M");
    pool.sh("cp $mnt/base before; head -c 1M /dev/urandom | dd of=$mnt/base conv=notrunc,fsync");

    pool.sh("cmp $mnt/snap before; $dmsnap merge --wait $mnt snap; cmp $mnt/base before");
    pool.umount();
    pool.sh("CEPH_CONF=$work/ceph/ceph.conf rbd export pool/base - | cmp - before");
  }

  private static List<String> steps(String recipe) {
    return Markdown.blocks(Path.of("docs/RECIPES.md")).stream()
        .filter(block -> block.section().equals(recipe))
        .filter(block -> block.kind().startsWith("sh"))
        .map(Block::text)
        .toList();
  }
}
