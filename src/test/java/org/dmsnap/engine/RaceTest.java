package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.junit.jupiter.api.Test;

/** A read of a snapshot, and a write to its origin that happens in the middle of it. */
class RaceTest {

  private final Bench bench = Bench.create();

  /** Lets another thread write to the origin, from start to end, within the next read of it. */
  private void writeDuringNextRead(long position, byte[] bytes) {
    AtomicBoolean armed = new AtomicBoolean(true);
    bench.image.onEach(
        (operation, at, length) -> {
          if (operation == Operation.READ && armed.getAndSet(false)) {
            CompletableFuture.runAsync(() -> write(position, bytes)).join();
          }
        });
  }

  private void write(long position, byte[] bytes) {
    try {
      Io.write(bench.volume, position, bytes);
      bench.volume.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void the_read_shows_what_was_there_before() throws Exception {
    Snapshot snapshot = bench.snapshot(8);
    writeDuringNextRead(CHUNK, bytes(CHUNK, 1));

    byte[] read = Io.read(snapshot, 0, 8 * CHUNK);

    assertThat(read).isEqualTo(Arrays.copyOf(bench.before, 8 * CHUNK));
    assertThat(bench.image.content(CHUNK, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void the_read_fails_if_the_write_made_the_snapshot_invalid() throws Exception {
    RamDevice full = Bench.cow(2);
    Snapshot snapshot = bench.snapshot(full, "P", 8);
    writeDuringNextRead(CHUNK, bytes(CHUNK, 1));

    fails(Errno.EIO, () -> Io.read(snapshot, 0, 8 * CHUNK));
  }

  @Test
  void the_read_fails_if_the_copy_out_failed() throws Exception {
    RamDevice broken = Bench.cow(16);
    Snapshot snapshot = bench.snapshot(broken, "P", 8);
    broken.breakFrom(2 * CHUNK);
    writeDuringNextRead(CHUNK, bytes(CHUNK, 1));

    fails(Errno.EIO, () -> Io.read(snapshot, 0, 8 * CHUNK));
  }

  @Test
  void the_read_fails_if_the_record_could_not_be_written() throws Exception {
    RamDevice broken = Bench.cow(16);
    Snapshot snapshot = bench.snapshot(broken, "P", 8);
    broken.breakRange(CHUNK, 2 * CHUNK);
    writeDuringNextRead(CHUNK, bytes(CHUNK, 1));

    fails(Errno.EIO, () -> Io.read(snapshot, 0, 8 * CHUNK));
  }
}
