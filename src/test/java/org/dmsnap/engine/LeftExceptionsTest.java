package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.dmsnap.block.HeldDescriptors;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Succession;
import org.junit.jupiter.api.Test;

/** What is acknowledged where the memory for exceptions that are left is full. */
class LeftExceptionsTest {

  private static final int CHUNK = 8192;
  private static final int SIZE = 1 << 20;

  private final RamDevice image = new RamDevice(new byte[SIZE]);
  private final RamDevice cow = new RamDevice(new byte[2 * SIZE]);

  @Test
  void what_a_successor_would_not_find_is_durable_before_it_is_acknowledged() throws IOException {
    try (HeldDescriptors held = new HeldDescriptors()) {
      Succession succession = Succession.of(held, SIZE);
      Origin origin =
          new Origin(
              image,
              OverflowPolicy.INVALIDATE,
              StallListener.NONE,
              succession.claim(Legacy.Kind.ORIGIN, "base"));
      Legacy legacy = succession.begin(Legacy.Kind.SNAPSHOT, "snap", "");
      Snapshot snapshot = open(origin, legacy);
      origin.add(snapshot);
      write(snapshot, 0);
      assertThat(snapshot.store().durable(2)).isFalse();

      fill(succession.begin(Legacy.Kind.SNAPSHOT, "other", ""));
      write(snapshot, 1);
      assertThat(snapshot.store().durable(3)).isTrue();

      fill(succession.claim(Legacy.Kind.SNAPSHOT, "another"));
      origin.write(2 * CHUNK, NativeBuffer.copyOf(new byte[512]), 512);
      assertThat(snapshot.store().durable(4)).isTrue();

      assertThat(legacy.records()).isEqualTo(3);
      succession.end();
    }
  }

  private static void fill(Legacy legacy) {
    int place = 0;
    while (place != Legacy.NO_PLACE) {
      place = legacy.committed(0, 2, 1);
    }
  }

  private Snapshot open(Origin origin, Legacy legacy) throws IOException {
    return Snapshot.open(
        origin,
        new CowFile(cow, legacy),
        ExceptionStoreType.of("P"),
        16,
        Set.of(),
        new RecordedEvents());
  }

  private static void write(Snapshot snapshot, int chunk) throws IOException {
    snapshot.write((long) chunk * CHUNK, NativeBuffer.copyOf(new byte[CHUNK]), CHUNK);
  }
}
