package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@code dmsnap doctor} says of pools and mounts in every state. */
class DoctorTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void a_pool_that_is_in_order_is_well_mounted_or_not() {
    Result unmounted = doctor("$vg");
    pool.mount();
    pool.control("create", "base 16M");
    pool.control("snapshot", "snap base 16M");
    Result mounted = doctor("$vg");

    assertThat(unmounted.status()).as("%s", unmounted).isZero();
    assertThat(unmounted.output()).contains("nobody holds it").contains("all is well");
    assertThat(mounted.status()).as("%s", mounted).isZero();
    assertThat(mounted.output()).contains("and answers", "snapshot snap:", "% full");
    assertThat(withoutSpace(doctor("$mnt"))).isEqualTo(withoutSpace(mounted));
  }

  /** What others on this machine do not change. */
  private static String withoutSpace(Result told) {
    return told.output().replaceAll("space of .*", "");
  }

  @Test
  void who_holds_it_and_what_is_wrong_with_its_volumes_is_told() {
    pool.mount("autoextend_threshold=100");
    pool.sh("printf 'base 16M\\nother 1M\\n' >$mnt/ctl/create");
    pool.sh("printf 'lost base 24K\\nfull base 36K\\nover other 24K PO\\n' >$mnt/ctl/snapshot");
    pool.run("head -c 16K /dev/urandom | dd of=$mnt/over bs=8K conv=notrunc,fsync status=none");
    pool.sh("head -c 16K /dev/urandom | dd of=$mnt/base bs=8K conv=notrunc,fsync status=none");
    pool.control("suspend", "base");
    pool.sh("losetup -f --show $mnt/full >loop");

    Result found = doctor("$mnt");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output())
        .contains("volume lost: the snapshot is Invalid", "dmsnap reset")
        .contains("snapshot over: Overflow")
        .containsOnlyOnce("held by suspend")
        .contains("dmsnap resume " + pool.sh("echo $mnt") + " base", "snapshot full: ")
        .contains("held by " + pool.sh("cat loop"))
        .endsWith(" problems");
    pool.sh("losetup -d $(cat loop)");
  }

  @Test
  void what_is_no_danger_is_no_problem() {
    pool.mount();
    pool.sh("printf 'base 1M\nlarge 16M\n' >$mnt/ctl/create");
    pool.control("snapshot", "full base 16M");
    pool.sh("head -c 1M /dev/urandom | dd of=$mnt/base conv=notrunc,fsync status=none");
    pool.control("snapshot", "snap large 16M");
    pool.sh("losetup -f --show $mnt/large >loop");
    pool.control("merge", "snap");

    Result found = doctor("$mnt");

    assertThat(found.status()).as("%s", found).isZero();
    assertThat(found.output())
        .contains("snapshot full: 100.00 % full, with room for all of its origin")
        .contains("volume snap: it is due to merge into large");
    pool.sh("losetup -d $(cat loop)");
  }

  @Test
  void of_a_snapshot_that_could_not_be_loaded_it_is_not_said_that_all_is_lost() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    pool.umount();
    pool.sh("mv $vg/snap.cow elsewhere");
    pool.mount();

    Result found = doctor("$mnt");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output()).contains("could not be loaded", "bring").doesNotContain("is lost");
  }

  @Test
  void a_mount_that_nobody_serves_any_more_is_a_problem() {
    pool.mount("keeper=off");
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());

    for (String path : new String[] {"$mnt", "$vg"}) {
      Result dead = doctor(path);
      assertThat(dead.status()).as("%s", dead).isEqualTo(1);
      assertThat(dead.output()).contains("nobody answers there any more", "fusermount -uz");
    }
  }

  @Test
  void who_is_left_without_a_server_is_named_when_that_died_and_when_another_comes() {
    pool.mount("keeper=off");
    pool.control("create", "base 16M");
    pool.sh("mkfs.ext4 -q $mnt/base; mkdir -p $a; mount -o loop $mnt/base $a");
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());
    Result dead = doctor("$mnt");
    Result mounted = pool.run("$dmsnap mount $vg $mnt");
    Result orphaned = doctor("$mnt");
    pool.sh("umount $a");
    Result cleared = doctor("$mnt");

    String where = ", mounted on " + pool.sh("echo $a");
    assertThat(dead.output()).contains("left without a server: /dev/loop", where);
    assertThat(mounted.errors()).contains("left from the dead mount: /dev/loop", where);
    assertThat(mounted.succeeded()).isTrue();
    assertThat(orphaned.output()).contains("file system " + pool.sh("echo $a"), "taken away");
    assertThat(cleared.output()).doesNotContain("file system " + pool.sh("echo $a"));
  }

  @Test
  void a_pool_with_something_wrong_in_it_is_a_problem() {
    pool.sh("echo nonsense >$vg/pool.table");

    Result found = doctor("$vg");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output()).contains("pool.table", "dmsnap check");
  }

  @Test
  void a_volume_that_the_mount_has_left_out_is_a_problem() {
    pool.mount();
    pool.sh("printf 'base 1M\\nother 1M\\n' >$mnt/ctl/create");
    pool.control("snapshot", "snap base 1M");
    Result whole = doctor("$mnt");
    pool.umount();
    pool.sh("mv $vg/base.img elsewhere");
    pool.mount();

    Result found = doctor("$mnt");

    assertThat(whole.status()).as("%s", whole).isZero();
    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output()).contains("volume base: pool.table lists it", "volume snap: pool.");
  }

  @Test
  void an_image_that_the_kernel_has_attached_too_is_told_of() {
    pool.sh("truncate -s 1M $vg/base.img; losetup -r -f --show $vg/base.img >reader");
    Result readOnly = pool.run("$dmsnap mount $vg $mnt");
    pool.umount();
    pool.sh("losetup -d $(cat reader); losetup -f --show $vg/base.img >loop");
    Result mounted = pool.run("$dmsnap mount $vg $mnt");
    Result found = doctor("$vg");
    pool.sh("losetup -d $(cat loop)");

    String told = "base.img is attached to " + pool.sh("cat loop");
    assertThat(readOnly.errors()).isEmpty();
    assertThat(mounted.errors()).contains(told).hasLineCount(1);
    assertThat(mounted.succeeded()).isTrue();
    assertThat(found.output()).contains(told);
    assertThat(doctor("$vg").status()).isZero();
  }

  private Result doctor(String path) {
    return pool.run("$dmsnap doctor " + path);
  }
}
