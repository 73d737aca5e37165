package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** QEMU's programs and dmsnap keep off each other's images, and notice what was done meanwhile. */
class QemuTest {

  /** Exports a file of the pool, with the words for an export that may be written or not. */
  private static final String EXPORT =
      "exec qemu-storage-daemon --blockdev driver=file,node-name=file,filename=$vg/%s%s"
          + " --blockdev driver=raw,node-name=raw,file=file%2$s"
          + " --nbd-server addr.type=unix,addr.path=$work/nbd"
          + " --export type=nbd,id=export,node-name=raw,writable=%s";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @BeforeEach
  void create() {
    assumeTrue(pool.run("command -v qemu-storage-daemon").succeeded(), "needs QEMU's programs");
    pool.mount();
    pool.control("create", "base 4M");
    pool.sh("head -c 4M /dev/urandom >old; dd if=old of=$mnt/base bs=1M conv=notrunc,fsync");
    pool.control("snapshot", "snap base 4M");
  }

  @Test
  void what_is_mounted_is_read_by_qemu_and_not_written() {
    assertRefused("qemu-io -f raw -c 'write 0 512' $vg/base.img");
    assertRefused("qemu-io -f raw -c 'write 0 512' $vg/snap.cow");
    assertRefused("qemu-img resize -f raw $vg/base.img 8M");
    assertRefused("qemu-img convert -n -f raw -O raw old $vg/base.img");
    assertRefused(EXPORT.formatted("base.img", "", "on"));

    pool.sh("qemu-img convert -U -f raw -O raw $vg/base.img copy; cmp copy old; cmp old $mnt/snap");
  }

  @Test
  void an_image_is_converted_onto_a_volume_of_its_size() {
    pool.control("create", "target 4M");

    pool.sh("qemu-img convert -f raw -O raw old $mnt/target; cmp old $mnt/target");
    pool.sh("qemu-img convert -n -f raw -O raw old $mnt/target; cmp old $mnt/target");
  }

  @Test
  void an_image_that_a_daemon_may_write_is_refused_until_it_ends() {
    pool.umount();
    Process daemon = pool.start("daemon", EXPORT.formatted("base.img", "", "on"));
    pool.awaitSh("test -S nbd");

    for (String option : new String[] {"rw", "ro"}) {
      Result refused = pool.tryToMount(option);
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.errors()).contains("base.img").contains("QEMU").hasLineCount(1);
    }

    MountedPool.end(daemon);
    pool.mount();
    pool.sh("cmp old $mnt/base; cmp old $mnt/snap");
  }

  @Test
  void a_cow_file_that_a_daemon_reads_is_a_snapshot_that_cannot_be_loaded_yet() {
    pool.umount();
    Process daemon = pool.start("daemon", EXPORT.formatted("snap.cow", ",read-only=on", "off"));
    pool.awaitSh("test -S nbd");

    pool.mount();
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 8192 snapshot Invalid");
    assertThat(pool.run("dd if=old of=$mnt/base conv=notrunc").errors()).contains("Read-only");
    pool.umount();
    pool.mount("ro");
    pool.sh("cmp old $mnt/snap");
    pool.umount();

    MountedPool.end(daemon);
    pool.mount();
    assertThat(pool.sh("cat $mnt/ctl/status/snap")).isEqualTo("0 8192 snapshot 32/8192 32");
    pool.sh("dd if=/dev/zero of=$mnt/base bs=1M count=4 conv=notrunc,fsync; cmp old $mnt/snap");
  }

  @Test
  void what_qemu_wrote_meanwhile_is_noticed() {
    pool.umount();
    pool.sh("touch -d '2 minutes ago' $vg/base.img; qemu-io -f raw -c 'read 0 4M' $vg/base.img");
    pool.sh("sed -i \"s/mtime=.*/mtime=$(stat -c %Y $vg/base.img)/\" $vg/pool.table");
    pool.mount();
    pool.umount();

    pool.sh("qemu-io -f raw -c 'write -P 7 0 512' $vg/base.img");

    assertThat(pool.tryToMount().errors()).contains("accept_changed_origin").hasLineCount(1);
    pool.mount("accept_changed_origin");
    pool.sh("head -c 512 $mnt/base | tr -d '\\7' | cmp - /dev/null");
  }

  private void assertRefused(String command) {
    Result result = pool.run(command);
    assertThat(result.succeeded()).isFalse();
    assertThat(result.errors()).contains("Failed to get \"write\" lock");
  }
}
