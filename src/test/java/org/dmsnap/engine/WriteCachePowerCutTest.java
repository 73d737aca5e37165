package org.dmsnap.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several writers on an origin whose new data waits in little memory, and a power cut at any moment
 * with any of the unsynced sectors on disk: each writer reads what it wrote until then, finds what
 * it had synced afterwards, and no snapshot has changed; then it all goes on, to the next cut.
 */
class WriteCachePowerCutTest {

  private static final int SECTORS = 1200;
  private static final int CUTS = 4;
  private static final int LONGEST_UNTIL_CUT = 400;
  private static final int CHUNK_BITS = 8; // 512 bytes to 64 KiB
  private static final int FLUSH_ODDS = 15;
  private static final Figures FIGURES = new Figures(WriteCachePowerCutTest.class);

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 60);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_was_synced_is_there_and_no_snapshot_has_changed(long seed) throws Exception {
    try (PowerCutBench bench = begin(new Random(seed))) {
      for (int cut = 0; cut < CUTS; cut++) {
        bench.powerOn(LONGEST_UNTIL_CUT);
        try {
          Target volume = open(bench);
          bench.startWriting(volume, FLUSH_ODDS, () -> false);
          bench.awaitWriters();
        } catch (ErrnoException failure) {
          bench.checkFailing(failure);
        }
        bench.cut();
      }
      bench.powerOn(Integer.MAX_VALUE);
      open(bench);
    }
  }

  private static PowerCutBench begin(Random random) {
    byte[] content = Bench.bytes(SECTORS * Sectors.BYTES, random.nextLong());
    List<byte[]> disks = new ArrayList<>(List.of(content));
    int[] chunkSectors =
        random.ints(1 + random.nextInt(3), 0, CHUNK_BITS).map(bits -> 1 << bits).toArray();
    for (int ignored : chunkSectors) {
      disks.add(new byte[3 * SECTORS * Sectors.BYTES]);
    }
    PowerCutBench bench = new PowerCutBench(disks, content, random, FIGURES);
    for (int i = 0; i < chunkSectors.length; i++) {
      bench.add(1 + i, chunkSectors[i], content);
    }
    return bench;
  }

  private static Target open(PowerCutBench bench) throws Exception {
    bench.openSnapshots();
    Target volume = new SnapshotOrigin(bench.origin());
    bench.settle(volume);
    return volume;
  }
}
