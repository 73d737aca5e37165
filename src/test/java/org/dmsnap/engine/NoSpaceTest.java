package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The COW device has room, the file system beneath it has none: that is full, and no fault. */
class NoSpaceTest {

  private static final String NO_SPACE = "Invalid: Unable to allocate exception";

  private final RamDevice cow = Bench.cow(64);

  /** Has what is written from {@code from} to before {@code to} fail for want of space. */
  private static void fillUp(RamDevice device, Errno errno, long from, long to) {
    device.onEach(
        (operation, position, length) -> {
          boolean writes = operation != Operation.READ && operation != Operation.SYNC;
          if (writes && position < to && position + length > from) {
            throw new ErrnoException(errno, "no space left");
          }
        });
  }

  /** Lets no record be written. */
  private static void fillUp(RamDevice device) {
    fillUp(device, Errno.ENOSPC, CHUNK, 2 * CHUNK);
  }

  private static void freeUp(RamDevice device) {
    device.onEach((operation, position, length) -> {});
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSPC", "EDQUOT"})
  void a_record_that_finds_none_makes_the_snapshot_invalid_for_being_full(Errno errno)
      throws Exception {
    Bench bench = Bench.create();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    fillUp(cow, errno, CHUNK, 2 * CHUNK);

    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(bench.events.all()).singleElement().asString().startsWith(NO_SPACE + ": ");
    assertThat(Io.read(bench.volume, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void where_overflow_is_refused_a_record_that_finds_none_fails_the_origins_flush_alone()
      throws Exception {
    Bench bench = Bench.refusing();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    fillUp(cow);

    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    fails(Errno.ENOSPC, bench.volume::flush);
    fails(Errno.ENOSPC, bench.volume::flush);

    assertThat(bench.image.content()).isEqualTo(bench.before);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    freeUp(cow);
    Io.write(bench.volume, CHUNK, bytes(CHUNK, 2));
    bench.volume.flush();
    assertThat(bench.image.content(0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
    assertThat(Io.read(bench.reopen(snapshot, "P"))).isEqualTo(bench.before);
    assertThat(bench.events.all()).isEmpty();
  }

  @Test
  void a_flush_of_the_snapshots_own_writes_fails_and_can_be_repeated_when_there_is_some()
      throws Exception {
    Bench bench = Bench.create();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(3 * CHUNK, 1));
    fillUp(cow);

    fails(Errno.ENOSPC, snapshot::flush);
    fails(Errno.ENOSPC, snapshot::flush);
    assertThat(snapshot.valid()).isTrue();
    Io.write(snapshot, 5 * CHUNK, bytes(CHUNK, 2));
    freeUp(cow);
    snapshot.flush();

    Snapshot again = bench.reopen(snapshot, "P");
    assertThat(Io.read(again, 0, 3 * CHUNK)).isEqualTo(bytes(3 * CHUNK, 1));
    assertThat(Io.read(again, 5 * CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 2));
  }

  @Test
  void a_sync_that_finds_none_is_a_failed_sync_and_not_repeated() throws Exception {
    Bench bench = Bench.refusing();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    cow.onEach(
        (operation, position, length) -> {
          if (operation == Operation.SYNC) {
            throw new ErrnoException(Errno.ENOSPC, "no space left for what was cached");
          }
        });

    fails(Errno.EIO, snapshot::flush);
    freeUp(cow);

    fails(Errno.EIO, snapshot::flush);
    assertThat(snapshot.valid()).isTrue();
  }

  @Test
  void the_area_that_follows_a_full_one_waits_for_space() throws Exception {
    Bench bench = Bench.refusing();
    RamDevice small = new RamDevice(100 * 512);
    Snapshot snapshot = bench.snapshot(small, "P", 1);
    Io.write(bench.volume, 0, bytes(31 * 512, 1));
    fillUp(small, Errno.ENOSPC, 34 * 512, 35 * 512);

    Io.write(bench.volume, 31 * 512, bytes(20 * 512, 1));
    fails(Errno.ENOSPC, bench.volume::flush);

    freeUp(small);
    Io.write(bench.volume, 31 * 512, bytes(30 * 512, 1));
    assertThat(Io.read(bench.reopen(snapshot, "P"))).isEqualTo(bench.before);
  }

  @Test
  void a_discard_that_finds_none_is_refused_and_leaves_the_snapshot_valid() throws Exception {
    Bench bench = Bench.create();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    fillUp(cow, Errno.ENOSPC, 0, 64 * CHUNK);

    fails(Errno.EOPNOTSUPP, () -> bench.volume.discard(0, CHUNK));

    assertThat(bench.image.content()).isEqualTo(bench.before);
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void a_write_of_the_snapshots_own_gets_it_and_leaves_the_snapshot_valid() throws Exception {
    Bench bench = Bench.create();
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    fillUp(cow, Errno.ENOSPC, 3 * CHUNK, 64 * CHUNK);

    fails(Errno.ENOSPC, () -> Io.write(snapshot, CHUNK, bytes(CHUNK, 2)));

    assertThat(snapshot.status()).isEqualTo("24/512 16");
    freeUp(cow);
    Io.write(snapshot, CHUNK, bytes(CHUNK, 3));
    snapshot.flush();
    assertThat(Io.read(bench.reopen(snapshot, "P"), CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 3));
  }
}
