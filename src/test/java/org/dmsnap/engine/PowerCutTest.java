package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After a power cut at any moment, with any of the unsynced sectors of both devices on disk, a
 * snapshot reads as its origin did when it was taken.
 */
class PowerCutTest {

  private static final int WRITES = 60;
  private static final Figures FIGURES = new Figures(PowerCutTest.class);

  /** A device that knows what a power cut could leave of it. */
  private static final class Disk {
    final RamDevice device;
    private byte[] synced;

    Disk(RamDevice device) {
      this.device = device;
      synced = device.content();
    }

    void sync() {
      synced = device.content();
    }

    /** What is on disk after a power cut now: of each sector, the old or the new content. */
    byte[] cut(Random random) {
      byte[] left = device.content();
      int odds = 1 + random.nextInt(8);
      for (int at = 0; at < left.length; at += Sectors.BYTES) {
        if (random.nextInt(odds) == 0) {
          System.arraycopy(synced, at, left, at, Sectors.BYTES);
        }
      }
      return left;
    }
  }

  private Random random = new Random();
  private int untilCut;
  private byte[][] left = {};

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 300);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_snapshot_survives(long seed) throws Exception {
    random = new Random(seed);
    untilCut = 1 + random.nextInt(400);
    Bench bench = Bench.ofSize(300 * Sectors.BYTES);
    int chunkSectors = 1 << random.nextInt(4);
    RamDevice cow = new RamDevice(Bench.bytes(700 * Sectors.BYTES, seed));
    cow.put(0, new byte[4]);
    Snapshot snapshot = bench.snapshot(cow, "P", chunkSectors);
    Disk[] disks = {new Disk(bench.image), new Disk(cow)};
    watch(disks);

    for (int n = 0; n < WRITES; n++) {
      write(bench, snapshot);
    }
    if (left.length == 0) {
      left = new byte[][] {disks[0].cut(random), disks[1].cut(random)};
    }

    FIGURES.count("cuts");
    assertThat(readAfterCut(chunkSectors)).isEqualTo(bench.before);
  }

  private void write(Bench bench, Snapshot snapshot) throws IOException {
    int position = random.nextInt(bench.before.length);
    int length = Math.min(1 + random.nextInt(9000), bench.before.length - position);
    Io.write(bench.volume, position, Bench.bytes(length, random.nextLong()));
    if (random.nextInt(10) == 0) {
      snapshot.flush();
    } else if (random.nextInt(10) == 0) {
      bench.volume.flush();
    }
  }

  /** Notes what a cut at the chosen operation would leave, and what each sync makes durable. */
  private void watch(Disk[] disks) {
    for (Disk disk : disks) {
      disk.device.onEach(
          (operation, position, length) -> {
            if (--untilCut == 0) {
              left = new byte[][] {disks[0].cut(random), disks[1].cut(random)};
            }
            if (operation == Operation.SYNC) {
              disk.sync();
            }
          });
    }
  }

  private byte[] readAfterCut(int chunkSectors) throws IOException {
    Origin origin =
        new Origin(new RamDevice(left[0]), OverflowPolicy.INVALIDATE, StallListener.NONE);
    return Io.read(
        Snapshot.open(
            origin,
            CowFile.alone(new RamDevice(left[1])),
            ExceptionStoreType.of("P"),
            chunkSectors,
            Set.of(),
            new RecordedEvents()));
  }
}
