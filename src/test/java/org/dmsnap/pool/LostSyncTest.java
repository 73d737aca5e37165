package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.block.VolatileDirectory.Loss;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sync of a COW device fails, for nobody but the snapshot, and the pool is mounted again. */
class LostSyncTest {

  private static final int MIB = 1 << 20;

  private VolatileDirectory disk = new VolatileDirectory();
  private final EventLog log = new EventLog();

  @ParameterizedTest(name = "sync {0}")
  @ValueSource(ints = {1, 2})
  void what_it_could_not_write_does_not_count_after_the_next_mount(int which) throws Exception {
    Pool pool = open();
    pool.create("base", MIB);
    pool.snapshot(
        new SnapshotRequest("snap", "base", MIB, ExceptionStoreType.of("P"), 8, Set.of()));
    Stamps.write(device(pool, "snap"), 8, eight(5));
    device(pool, "snap").flush();
    Stamps.write(device(pool, "snap"), 0, eight(6));
    failSync(which);
    assertThatThrownBy(device(pool, "snap")::flush).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(pool::close).isInstanceOf(ErrnoException.class);

    Pool again = open(); // the system still shows what is not on the disk
    assertThat(device(again, "snap").status()).doesNotEndWith(" Invalid");
    Stamps.write(device(again, "base"), 0, eight(7));
    device(again, "base").flush();
    disk = disk.cut(Loss.EVERYTHING, new Random(1));

    Pool last = open();
    assertThat(Stamps.read(device(last, "snap"), 8, 8)).containsOnly(5L);
    assertThat(Stamps.read(device(last, "snap"), 0, 8)).containsOnly(0L); // never acknowledged
    assertThat(Stamps.read(device(last, "base"), 0, 8)).containsOnly(7L);
    assertThat(log.events()).noneMatch(event -> event.text().contains("Invalid"));
  }

  private void failSync(int which) {
    AtomicInteger syncs = new AtomicInteger();
    disk.watch(
        change -> {
          if (change.startsWith("sync ")
              && change.contains("snap.cow")
              && syncs.incrementAndGet() == which) {
            throw new ErrnoException(Errno.EIO, "sync of a disk told to fail");
          }
        });
  }

  private static long[] eight(long stamp) {
    return LongStream.generate(() -> stamp).limit(8).toArray();
  }

  private Pool open() throws IOException {
    disk.watch(change -> {});
    return Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
  }

  private static Device device(Pool pool, String name) {
    return Objects.requireNonNull(pool.device(name));
  }
}
