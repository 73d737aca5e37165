package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whether a snapshot is listed cannot be told, as a disk fails: the origin waits for it to work.
 */
class UncertainTableTest extends PoolFixture {

  private static final int CHUNK = 8192;

  @ParameterizedTest
  @EnumSource
  void an_origin_does_not_change_beneath_a_snapshot_that_a_power_cut_may_bring_back(
      VolatileDirectory.Loss loss) throws Exception {
    VolatileDirectory disk = new VolatileDirectory();
    pool = Pool.open(disk, PoolOptions.DEFAULT, log, StallListener.NONE);
    pool.create("base", MIB);
    write("base", 0, 1, CHUNK);
    AtomicBoolean broken = new AtomicBoolean();
    disk.watch(
        change -> {
          broken.compareAndSet(false, change.matches("rename .* to pool.table"));
          boolean needed = change.startsWith("sync of the dir") || change.contains("snap.cow.new");
          if (broken.get() && needed) {
            throw new ErrnoException(Errno.EIO, change + " was to fail");
          }
        });

    assertThatThrownBy(() -> snapshot("snap", "base", MIB, "P")).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> write("base", 0, 2, CHUNK)).isInstanceOf(ErrnoException.class);
    assertThat(device("snap").status()).endsWith(" Invalid");
    assertThat(logged()).contains("base refuses writes until it can");
    VolatileDirectory leftBefore = disk.cut(loss, new Random(1));

    disk.watch(change -> {});
    write("base", 0, 2, CHUNK);
    device("base").flush();
    VolatileDirectory leftAfter = disk.cut(loss, new Random(1));
    pool.remove("snap");
    assertThat(names()).doesNotContain("snap");
    pool.close();

    pool = Pool.open(leftBefore, PoolOptions.DEFAULT, log, StallListener.NONE);
    assertThat(read("base", 0, CHUNK)).containsOnly(1);
    pool.close();
    pool = Pool.open(leftAfter, PoolOptions.DEFAULT, log, StallListener.NONE);
    assertThat(read("base", 0, CHUNK)).containsOnly(2);
    assertThat(pool.device("snap"))
        .satisfiesAnyOf(
            snap -> assertThat(snap).isNull(),
            snap -> assertThat(device("snap").status()).endsWith(" Invalid"));
  }
}
