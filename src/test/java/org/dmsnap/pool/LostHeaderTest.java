package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HeldDescriptors;
import org.dmsnap.block.Sectors;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.block.VolatileDirectory.Loss;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That a snapshot is Invalid was written and not synced, or could not be written. */
class LostHeaderTest {

  private static final int MIB = 1 << 20;
  private static final int CHUNK = 4096;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final VolatileDirectory disk = new VolatileDirectory();
  private final HeldDescriptors held = new HeldDescriptors();
  private @Nullable VolatileDirectory left;
  private @Nullable HeldDescriptors heldOn;
  private boolean marked; // the last change is the header's

  @Test
  void what_a_successor_finds_invalid_is_so_after_a_power_cut() throws Exception {
    Pool pool = open(disk, held);
    pool.create("base", MIB);
    pool.snapshot(persistent("snap", 4 * CHUNK));
    disk.watch(this::killBeforeTheSyncOfTheHeader);
    for (int chunk = 0; chunk < 4; chunk++) {
      Stamps.write(device(pool, "base"), 8 * chunk, eight(5));
      device(pool, "base").flush();
    }
    VolatileDirectory killed = Objects.requireNonNull(left);

    Pool next = open(killed, Objects.requireNonNull(heldOn));
    assertThat(device(next, "snap").status()).endsWith("Invalid");
    Stamps.write(device(next, "base"), 256, eight(7));
    device(next, "base").flush();

    Pool last = open(killed.cut(Loss.EVERYTHING, new Random(1)), new HeldDescriptors());
    assertThat(device(last, "snap").status()).endsWith("Invalid");
  }

  @Test
  void what_could_not_be_marked_is_before_the_table_has_it_read_through_something_else()
      throws Exception {
    Pool pool = Pool.load(disk, StackedFixture.STACK, new EventLog(), StallListener.NONE, held);
    pool.begin();
    pool.create("base", MIB);
    pool.snapshot(persistent("s1", MIB));
    pool.snapshot(persistent("s2", MIB)); // beneath s1
    disk.watch(LostHeaderTest::failToMark);
    assertThatThrownBy(() -> Stamps.write(device(pool, "s2"), 0, eight(5)))
        .isInstanceOf(ErrnoException.class);
    disk.watch(change -> {});

    pool.remove("s2");
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (pool.device("s2-real") != null) {
      assertThat(System.nanoTime()).as("%s", pool.volumes()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }

    Pool last = open(disk.cut(Loss.EVERYTHING, new Random(1)), new HeldDescriptors());
    assertThat(device(last, "s1").status()).endsWith("Invalid");
  }

  private static void failToMark(String change) throws IOException {
    if (change.contains("s1.cow") || change.contains("pool.table")) {
      throw new ErrnoException(Errno.EIO, "told to fail");
    }
  }

  private static SnapshotRequest persistent(String name, long bytes) {
    return new SnapshotRequest(
        name, "base", bytes, ExceptionStoreType.of("P"), CHUNK / Sectors.BYTES, Set.of());
  }

  private void killBeforeTheSyncOfTheHeader(String change) throws IOException {
    if (marked && left == null && change.startsWith("sync .snap.cow")) {
      left = disk.killed();
      heldOn = held.copy();
    }
    marked = change.startsWith("write .snap.cow.new at 0,");
  }

  private static long[] eight(long stamp) {
    return LongStream.generate(() -> stamp).limit(8).toArray();
  }

  private static Pool open(VolatileDirectory disk, HeldDescriptors held) throws IOException {
    PoolOptions options = new PoolOptions(false, false, 100, 20, OverflowPolicy.INVALIDATE);
    Pool pool = Pool.load(disk, options, new EventLog(), StallListener.NONE, held);
    pool.begin();
    return pool;
  }

  private static Device device(Pool pool, String name) {
    return Objects.requireNonNull(pool.device(name));
  }
}
