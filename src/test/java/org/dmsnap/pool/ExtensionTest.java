package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;

/** A snapshot is extended while not all that was written to it is durable. */
class ExtensionTest {

  private static final int MIB = 1 << 20;

  @Test
  void one_that_cannot_be_synced_does_not_hide_from_the_next_fsync_what_was_lost()
      throws Exception {
    VolatileDirectory disk = new VolatileDirectory();
    Pool pool = Pool.open(disk, PoolOptions.DEFAULT, new EventLog(), StallListener.NONE);
    pool.create("base", MIB);
    pool.snapshot(
        new SnapshotRequest("snap", "base", MIB, ExceptionStoreType.of("P"), 8, Set.of()));
    Device snapshot = Objects.requireNonNull(pool.device("snap"));
    snapshot.write(0, NativeBuffer.allocate(4096), 4096);

    disk.watch(
        change -> {
          if (change.startsWith("sync ") && change.contains("snap.cow")) {
            throw new ErrnoException(Errno.EIO, "sync of a disk told to fail");
          }
        });
    assertThatThrownBy(() -> pool.extend("snap", MIB, true)).isInstanceOf(ErrnoException.class);
    disk.watch(change -> {});

    assertThatThrownBy(snapshot::flush).isInstanceOf(ErrnoException.class);
    assertThat(snapshot.status()).doesNotEndWith(" Invalid"); // its origin wants nothing of it
    assertThatThrownBy(pool::close).isInstanceOf(ErrnoException.class);
  }
}
