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
    pool.control("create", "base 16M");
    pool.sh("printf 'lost base 24K\\nfull base 36K\\n' >$mnt/ctl/snapshot");
    pool.sh("head -c 16K /dev/urandom | dd of=$mnt/base bs=8K conv=notrunc,fsync status=none");
    pool.control("suspend", "base");
    pool.sh("losetup -f --show $mnt/full >loop");

    Result found = doctor("$mnt");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output())
        .contains("volume lost: the snapshot is Invalid", "dmsnap reset")
        .contains("held by suspend", "snapshot full: ")
        .contains("held by " + pool.sh("cat loop"))
        .endsWith(" problems");
    pool.sh("losetup -d $(cat loop)");
  }

  @Test
  void a_mount_that_nobody_serves_any_more_is_a_problem() {
    pool.mount();
    ProcessHandle server = pool.server();
    server.destroyForcibly();
    MountedPool.await("the server's end", () -> !server.isAlive());

    for (String path : new String[] {"$mnt", "$vg"}) {
      Result dead = doctor(path);
      assertThat(dead.status()).as("%s", dead).isEqualTo(1);
      assertThat(dead.output()).contains("nobody answers there any more", "fusermount -u");
    }
  }

  @Test
  void a_pool_with_something_wrong_in_it_is_a_problem() {
    pool.sh("echo nonsense >$vg/pool.table");

    Result found = doctor("$vg");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.output()).contains("pool.table", "dmsnap check");
  }

  private Result doctor(String path) {
    return pool.run("$dmsnap doctor " + path);
  }
}
