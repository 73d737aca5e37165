package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A merge with writers on its origin and readers on its siblings, cut again and again at any moment
 * with any of the unsynced sectors on disk, ends with what the snapshot held and what was written
 * since; its siblings never change.
 */
class MergePowerCutTest {

  private static final int SECTORS = 600;
  private static final int CHUNK_BITS = 5; // 512 bytes to 8 KiB
  private static final int MOST_SIBLINGS = 8;
  private static final int LONGEST_UNTIL_CUT = 300;
  private static final int FLUSH_ODDS = 6;
  private static final long BATCH_BYTES = 8192;
  private static final int MERGING = 1; // the disk of the snapshot that is merged
  private static final Figures FIGURES = new Figures(MergePowerCutTest.class);

  private Random random = new Random();
  private int chunkSectors;

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 60);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_merge_that_is_cut_ends_as_if_it_had_not_been(long seed) throws Exception {
    random = new Random(seed);
    try (PowerCutBench bench = begin()) {
      boolean finished = false;
      while (!finished) {
        bench.powerOn(LONGEST_UNTIL_CUT);
        try {
          finished = mergeUntilCut(bench);
        } catch (ErrnoException failure) {
          bench.checkFailing(failure);
        }
        bench.cut();
      }
      FIGURES.count("merges");
    }
  }

  /** An origin with a snapshot to be merged and some siblings. */
  private PowerCutBench begin() throws IOException {
    Bench bench = Bench.ofSize(SECTORS * Sectors.BYTES);
    chunkSectors = 1 << random.nextInt(CHUNK_BITS);
    RamDevice cow = new RamDevice(2 * SECTORS * Sectors.BYTES);
    Snapshot snapshot = bench.snapshot(cow, "P", chunkSectors);
    writeSome(bench.volume);
    writeSome(snapshot);
    List<RamDevice> devices = new ArrayList<>(List.of(bench.image, cow));
    List<byte[]> siblings = new ArrayList<>();
    int[] sectors =
        random
            .ints(random.nextInt(MOST_SIBLINGS + 1), 0, CHUNK_BITS)
            .map(bits -> 1 << bits)
            .toArray();
    for (int each : sectors) {
      RamDevice siblingCow = new RamDevice(2 * SECTORS * Sectors.BYTES);
      Snapshot sibling = bench.snapshot(siblingCow, "P", each);
      devices.add(siblingCow);
      siblings.add(Io.read(bench.volume));
      writeSome(bench.volume);
      sibling.flush();
    }
    snapshot.flush();
    List<byte[]> disks = devices.stream().map(RamDevice::content).toList();
    PowerCutBench cuts = new PowerCutBench(disks, Io.read(snapshot), random, FIGURES);
    for (int i = 0; i < sectors.length; i++) {
      cuts.add(MERGING + 1 + i, sectors[i], siblings.get(i));
    }
    return cuts;
  }

  private void writeSome(Target target) throws IOException {
    for (int i = random.nextInt(12); i > 0; i--) {
      int position = random.nextInt(SECTORS) * Sectors.BYTES;
      int length = Math.min(1 + random.nextInt(12_000), (int) target.size() - position);
      Io.write(target, position, Bench.bytes(length, random.nextLong()));
    }
  }

  /** Opens what is on the disks and merges, with all others at work; whether it got to the end. */
  private boolean mergeUntilCut(PowerCutBench bench) throws Exception {
    Snapshot merging = bench.open(MERGING, chunkSectors, new RecordedEvents());
    assertThat(merging.valid()).isTrue();
    bench.openSnapshots();
    RecordedMerge recorded = new RecordedMerge();
    SnapshotMerge target = new SnapshotMerge(bench.origin(), merging, recorded, BATCH_BYTES);
    bench.settle(target);
    target.start();
    bench.startWriting(target, FLUSH_ODDS, () -> recorded.finished);
    target.join();
    bench.awaitWriters();
    bench.checkSnapshots();
    assertThat(recorded.finished || bench.failing()).as(recorded.failure).isTrue();
    return recorded.finished && endsWithItAll(bench, target);
  }

  private static boolean endsWithItAll(PowerCutBench bench, SnapshotMerge target)
      throws IOException {
    try {
      target.flush();
    } catch (ErrnoException failure) {
      bench.checkFailing(failure);
      return false;
    }
    bench.checkNow(target);
    assertThat(bench.image()).isEqualTo(Io.read(target));
    return true;
  }

  /** How a merge ended. */
  private static final class RecordedMerge implements MergeListener {
    volatile boolean finished;
    volatile String failure = "";

    @Override
    public void finished(SnapshotMerge merge) {
      finished = true;
    }

    @Override
    public void failed(SnapshotMerge merge, String reason) {
      failure = reason;
    }
  }
}
