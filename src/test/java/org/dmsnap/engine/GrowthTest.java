package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A COW device that can grow does so before it is full, whoever writes meanwhile. */
class GrowthTest {

  private static final long OTHER_REGION = 512 << 10;

  private final Bench bench = Bench.create();

  /** Grows by ten chunks of 8 sectors where there is no room. */
  private static class Growing extends RecordedEvents {
    @Override
    public long growsAbove(Snapshot snapshot) {
      return snapshot.cow().size() / 512;
    }

    @Override
    public void filling(Snapshot snapshot, long neededSectors) {
      try {
        snapshot.cow().resize(snapshot.cow().size() + 10 * CHUNK);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  @Test
  @Timeout(60)
  void who_looked_in_time_is_not_overtaken_by_who_takes_what_there_was() throws Exception {
    AtomicReference<Thread> other = new AtomicReference<>();
    Growing overtaken =
        new Growing() {
          @Override
          public long growsAbove(Snapshot snapshot) {
            long answer = super.growsAbove(snapshot);
            Thread thread = new Thread(() -> write(OTHER_REGION, 2));
            if (other.compareAndSet(null, thread)) {
              thread.start();
              awaitBlockedOrDone(thread);
            }
            return answer;
          }
        };
    Snapshot snapshot = snapshot(Bench.cow(4), 8, overtaken);

    write(0, 1);
    other.get().join();

    assertThat(snapshot.status()).isEqualTo("40/112 16");
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void the_metadata_that_many_chunks_need_is_room_that_they_need() throws Exception {
    Snapshot snapshot = snapshot(new RamDevice((2 + 96) * 512), 1, new Growing());

    Io.write(bench.volume, 0, bytes(96 * 512, 1)); // with three more areas

    assertThat(snapshot.status()).isEqualTo("101/178 5");
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  private Snapshot snapshot(RamDevice cow, int chunkSectors, Growing listener) throws IOException {
    ExceptionStoreType type = ExceptionStoreType.of("P");
    Snapshot snapshot =
        Snapshot.open(bench.origin, CowFile.alone(cow), type, chunkSectors, Set.of(), listener);
    bench.origin.add(snapshot);
    return snapshot;
  }

  private void write(long position, int chunks) {
    try {
      Io.write(bench.volume, position, bytes(chunks * CHUNK, 1));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void awaitBlockedOrDone(Thread thread) {
    while (thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
  }
}
