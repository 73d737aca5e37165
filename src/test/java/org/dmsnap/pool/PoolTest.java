package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Feature;
import org.dmsnap.pool.change.CowSize;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PoolTest extends PoolFixture {

  @BeforeEach
  void openWithAnOrigin() throws Exception {
    open();
    pool.create("base", MIB);
  }

  @Test
  void a_new_origin_reads_as_zeroes_and_is_listed() throws Exception {
    assertThat(read("base", 0, 4096)).containsOnly(0);
    assertThat(files()).containsExactly("base.img", "pool.table");
    assertThat(table()).isEqualTo("base: 0 2048 linear base.img 0\n");
    assertThat(device("base").table()).isEqualTo("0 2048 linear base.img 0");
    assertThat(device("base").status()).isEqualTo("0 2048 linear ");
  }

  @Test
  void what_was_written_is_there_after_a_reopening() throws Exception {
    write("base", 4096, 7, 512);

    reopen();

    assertThat(read("base", 4096, 512)).containsOnly(7);
  }

  @Test
  void a_snapshot_shows_the_origin_as_it_was() throws Exception {
    write("base", 0, 1, 4096);

    snapshot("snap", "base", 512 << 10, "P");
    write("base", 0, 2, 4096);

    assertThat(read("snap", 0, 4096)).containsOnly(1);
    assertThat(read("base", 0, 4096)).containsOnly(2);
    reopen();
    assertThat(read("snap", 0, 4096)).containsOnly(1);
    assertThat(read("base", 0, 4096)).containsOnly(2);
  }

  @Test
  void a_snapshot_has_the_devices_and_tables_of_lvm() throws Exception {
    snapshot("snap", "base", 512 << 10, "P");

    assertThat(names()).containsExactly("base", "base-real", "snap", "snap-cow");
    assertThat(device("base").table()).isEqualTo("0 2048 snapshot-origin base-real");
    assertThat(device("base").status()).isEqualTo("0 2048 snapshot-origin ");
    assertThat(device("base-real").table()).isEqualTo("0 2048 linear base.img 0");
    assertThat(device("snap").table()).isEqualTo("0 2048 snapshot base-real snap-cow P 16");
    assertThat(device("snap").status()).isEqualTo("0 2048 snapshot 32/1024 32");
    assertThat(device("snap-cow").table()).isEqualTo("0 1024 linear snap.cow 0");
    assertThat(table())
        .isEqualTo(
            """
            base: 0 2048 snapshot-origin base-real
            base-real: 0 2048 linear base.img 0
            snap: 0 2048 snapshot base-real snap-cow P 16
            snap-cow: 0 1024 linear snap.cow 0
            """);
  }

  @Test
  void a_transient_snapshot_leaves_nothing_behind() throws Exception {
    write("base", 0, 1, 4096);
    snapshot("snap", "base", 512 << 10, "N");
    write("base", 0, 2, 4096);
    assertThat(read("snap", 0, 4096)).containsOnly(1);
    assertThat(names()).containsExactly("base", "base-real", "snap");

    reopen();

    assertThat(names()).containsExactly("base");
    assertThat(files()).containsExactly("base.img", "pool.table");
  }

  @Test
  void a_removed_snapshot_is_gone_with_its_file_and_its_handles_fail() throws Exception {
    snapshot("snap", "base", 512 << 10, "P");
    Device snap = device("snap");

    pool.remove("snap");

    assertThat(names()).containsExactly("base");
    assertThat(files()).containsExactly("base.img", "pool.table");
    assertThat(device("base").status()).isEqualTo("0 2048 linear ");
    assertThatThrownBy(() -> snap.read(0, org.dmsnap.block.NativeBuffer.allocate(512), 512))
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(Errno.EIO));
  }

  @Test
  void an_origin_with_snapshots_is_not_removed_and_they_are_named() throws Exception {
    snapshot("snap", "base", 512 << 10, "P");

    assertThatThrownBy(() -> pool.remove("base")).hasMessageContaining("snap");

    pool.remove("snap");
    pool.remove("base");
    assertThat(files()).containsExactly("pool.table");
  }

  @Test
  void an_open_volume_is_busy() throws Exception {
    device("base").opened();

    assertThatThrownBy(() -> pool.remove("base"))
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(Errno.EBUSY));

    device("base").released();
    pool.remove("base");
  }

  @Test
  void a_cow_device_and_an_origin_without_snapshots_grow() throws Exception {
    pool.extend("base", MIB, true);
    assertThat(device("base").size()).isEqualTo(2 * MIB);
    snapshot("snap", "base", 256 << 10, "P");

    pool.extend("snap", 256 << 10, true);

    assertThat(device("snap").status()).isEqualTo("0 4096 snapshot 32/1024 32");
    assertThat(table()).contains("snap-cow: 0 1024 linear");
    assertThatThrownBy(() -> pool.extend("base", MIB, true)).hasMessageContaining("snap");
    assertThatThrownBy(() -> pool.extend("snap", 512, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_cow_device_is_no_larger_than_is_useful_nor_smaller_than_three_chunks() throws Exception {
    snapshot("snap", "base", 100 * MIB, "P");

    assertThat(device("snap-cow").size() / 512).isEqualTo(CowSize.useful(2048, 16));
    assertThat(logged()).contains("maximum usable size");
    assertThatThrownBy(() -> snapshot("small", "base", 3 * 8192 - 512, "P"))
        .hasMessageContaining("3 chunks");
  }

  @Test
  void a_snapshot_of_nothing_is_refused() throws Exception {
    assertThatThrownBy(() -> snapshot("more", "none", MIB, "P"))
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(Errno.ENOENT));
    assertThatThrownBy(() -> snapshot("base", "base", MIB, "P"))
        .satisfies(failure -> assertThat(ErrnoException.errnoOf(failure)).isEqualTo(Errno.EEXIST));
  }

  @Test
  void a_snapshot_grows_before_it_is_full() throws Exception {
    snapshot("snap", "base", 10 * 8192, "P");

    for (int chunk = 0; chunk < 64; chunk++) {
      write("base", chunk * 8192L, 3, 8192);
    }

    assertThat(device("snap").status()).doesNotContain("Invalid");
    assertThat(read("snap", 0, MIB)).containsOnly(0);
    assertThat(logged()).contains("Snapshot snap extended");
    reopen();
    assertThat(read("snap", 0, MIB)).containsOnly(0);
  }

  @Test
  void suspend_holds_writes_but_not_reads_until_resume() throws Exception {
    snapshot("snap", "base", MIB, "P");
    pool.suspend("base");
    Thread writer = new Thread(() -> writeQuietly("snap"));

    writer.start();

    assertThat(read("snap", 0, 512)).containsOnly(0);
    device("base").flush();
    assertThatThrownBy(() -> pool.suspend("base")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pool.resume("snap")).hasMessageContaining("base");
    pool.resume("base");
    writer.join();
    assertThat(read("snap", 0, 512)).containsOnly(9);
  }

  @Test
  void a_suspended_origin_takes_snapshots_and_a_stop_resumes_it() throws Exception {
    pool.suspend("base");

    snapshot("snap", "base", MIB, "P");
    reopen();

    write("base", 0, 1, 512);
    assertThat(read("snap", 0, 512)).containsOnly(0);
  }

  private void writeQuietly(String name) {
    try {
      write(name, 0, 9, 512);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void what_a_passed_down_discard_changes_is_not_served_from_caches() throws Exception {
    snapshot("other", "base", MIB, "P");
    pool.snapshot(
        new SnapshotRequest(
            "snap", "base", MIB, ExceptionStoreType.of("P"), 16, EnumSet.allOf(Feature.class)));
    write("base", 0, 1, 64 << 10);
    long base = device("base").generation();
    long other = device("other").generation();

    device("snap").discard(MIB / 2, 64 << 10);

    assertThat(device("base").generation()).isNotEqualTo(base);
    assertThat(device("other").generation()).isNotEqualTo(other);
  }
}
