package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.dmsnap.block.HeldDescriptors;
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

/** A server dies between writing that a snapshot is Invalid and the sync of that. */
class LostHeaderTest {

  private static final int MIB = 1 << 20;
  private static final int CHUNK = 4096;

  private final VolatileDirectory disk = new VolatileDirectory();
  private final HeldDescriptors held = new HeldDescriptors();
  private @Nullable VolatileDirectory left;
  private @Nullable HeldDescriptors heldOn;
  private boolean marked; // the last change is the header's

  @Test
  void what_a_successor_finds_invalid_is_so_after_a_power_cut() throws Exception {
    Pool pool = open(disk, held);
    pool.create("base", MIB);
    pool.snapshot(
        new SnapshotRequest("snap", "base", 4 * CHUNK, ExceptionStoreType.of("P"), 8, Set.of()));
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
