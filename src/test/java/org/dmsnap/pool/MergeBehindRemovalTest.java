package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.dmsnap.block.HeldDescriptors;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A snapshot is to be merged while one that it reads through, and that is removed, hands down. */
class MergeBehindRemovalTest {

  private static final int MIB = 1 << 20;
  private static final int CHUNK_SECTORS = 16;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final VolatileDirectory disk = new VolatileDirectory();
  private final EventLog log = new EventLog();
  @AutoClose private final Pool pool = load();
  private boolean asked;

  private Pool load() {
    try {
      Pool loaded =
          Pool.load(disk, StackedFixture.STACK, log, StallListener.NONE, new HeldDescriptors());
      loaded.begin();
      return loaded;
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void it_starts_once_that_is_gone() throws Exception {
    pool.create("base", MIB);
    snapshot("s1");
    write(0, 1);
    snapshot("s2"); // beneath s1
    write(1, 2);
    disk.watch(this::mergeAsItHandsDown);

    pool.remove("s2");

    await();
    assertThat(asked).isTrue();
    assertThat(log.events().toString()).contains("s2 is gone", "Merge of snapshot s1 into base");
    assertThat(Stamps.read(device("base"), 0, 2 * CHUNK_SECTORS)).containsOnly(0);
  }

  private void mergeAsItHandsDown(String change) throws IOException {
    if (!asked && change.startsWith("write ") && change.contains("s1.cow")) {
      asked = true;
      pool.merge("s1", false);
    }
  }

  private void snapshot(String name) throws IOException {
    pool.snapshot(
        new SnapshotRequest(
            name, "base", MIB, ExceptionStoreType.of("P"), CHUNK_SECTORS, Set.of()));
  }

  private void write(int chunk, long stamp) throws IOException {
    Stamps.write(device("base"), chunk * CHUNK_SECTORS, new long[] {stamp});
    device("base").flush();
  }

  private Device device(String name) {
    return Objects.requireNonNull(pool.device(name));
  }

  private void await() {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (pool.device("s1") != null || pool.device("base-cow") != null) {
      assertThat(System.nanoTime()).as("%s", log.events()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
