package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.PowerSupply;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A merge with writers on its origin and readers on its siblings, cut again and again at any moment
 * with any of the unsynced sectors on disk, ends with what the snapshot held and what was written
 * since; its siblings never change.
 */
class MergePowerCutTest {

  private static final int SECTORS = 600;
  private static final int WRITERS = 3;
  private static final int CHUNK_BITS = 5; // 512 bytes to 8 KiB
  private static final int LONGEST_UNTIL_CUT = 300;
  private static final long BATCH_BYTES = 8192;

  private Random random = new Random();
  private int chunkSectors;
  private int[] siblingSectors = {};
  private final List<byte[]> siblingModels = new ArrayList<>();
  private final List<OwnedSectors> owners = new ArrayList<>();

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_merge_that_is_cut_ends_as_if_it_had_not_been(long seed) throws Exception {
    random = new Random(seed);
    List<byte[]> disks = begin();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      boolean finished = false;
      while (!finished) {
        PowerSupply power = new PowerSupply(1 + random.nextInt(LONGEST_UNTIL_CUT));
        List<RamDevice> devices = disks.stream().map(RamDevice::new).toList();
        devices.forEach(power::supply);
        finished = mergeUntilCut(devices, power, threads);
        disks = power.cut(random);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** An origin with a snapshot to be merged and up to 8 siblings: what is on their disks. */
  private List<byte[]> begin() throws IOException {
    Bench bench = Bench.ofSize(SECTORS * Sectors.BYTES);
    chunkSectors = 1 << random.nextInt(CHUNK_BITS);
    siblingSectors = random.ints(random.nextInt(9), 0, CHUNK_BITS).map(bits -> 1 << bits).toArray();
    RamDevice cow = new RamDevice(2 * SECTORS * Sectors.BYTES);
    Snapshot snapshot = bench.snapshot(cow, "P", chunkSectors);
    writeSome(bench.volume);
    writeSome(snapshot);
    List<RamDevice> devices = new ArrayList<>(List.of(bench.image, cow));
    for (int sectors : siblingSectors) {
      RamDevice siblingCow = new RamDevice(2 * SECTORS * Sectors.BYTES);
      Snapshot sibling = bench.snapshot(siblingCow, "P", sectors);
      devices.add(siblingCow);
      siblingModels.add(Io.read(bench.volume));
      writeSome(bench.volume);
      sibling.flush();
    }
    snapshot.flush();
    byte[] merged = Io.read(snapshot);
    int each = SECTORS / WRITERS;
    for (int i = 0; i < WRITERS; i++) {
      owners.add(new OwnedSectors(i * each, each, merged));
    }
    return devices.stream().map(RamDevice::content).toList();
  }

  private void writeSome(Target target) throws IOException {
    for (int i = random.nextInt(12); i > 0; i--) {
      int position = random.nextInt(SECTORS) * Sectors.BYTES;
      int length = Math.min(1 + random.nextInt(12_000), (int) target.size() - position);
      Io.write(target, position, Bench.bytes(length, random.nextLong()));
    }
  }

  /** Opens what is on the disks and merges, with all others at work; whether it got to the end. */
  private boolean mergeUntilCut(List<RamDevice> devices, PowerSupply power, ExecutorService threads)
      throws Exception {
    Origin origin = new Origin(devices.get(0), OverflowPolicy.INVALIDATE, StallListener.NONE);
    List<Snapshot> siblings = new ArrayList<>();
    Snapshot merging;
    RecordedMerge recorded = new RecordedMerge();
    try {
      merging = open(origin, devices.get(1), chunkSectors);
      for (int i = 0; i < siblingSectors.length; i++) {
        siblings.add(open(origin, devices.get(2 + i), siblingSectors[i]));
        origin.add(siblings.get(i));
      }
      SnapshotMerge target = new SnapshotMerge(origin, merging, recorded, BATCH_BYTES);
      byte[] now = Io.read(target);
      for (OwnedSectors owner : owners) {
        owner.checkAfterCut(now);
        owner.settle(now);
      }
      List<Future<?>> all = new ArrayList<>();
      target.start();
      for (OwnedSectors owner : owners) {
        long seed = random.nextLong();
        all.add(threads.submit(() -> writeUntil(recorded, power, owner, target, seed)));
      }
      target.join();
      await(all);
      checkSiblings(siblings);
      if (!recorded.finished) {
        assertThat(power.isOff()).as(recorded.failure).isTrue();
        return false;
      }
      target.flush();
      for (OwnedSectors owner : owners) {
        owner.checkNow(target);
      }
      assertThat(devices.get(0).content()).isEqualTo(Io.read(target));
      return true;
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
      return false;
    } finally {
      origin.image().close();
    }
  }

  private static Object writeUntil(
      RecordedMerge merge, PowerSupply power, OwnedSectors owner, SnapshotMerge target, long seed)
      throws IOException {
    Random random = new Random(seed);
    try {
      while (!merge.ended() && !power.isOff()) {
        owner.write(target, random);
        owner.checkNow(target);
        if (random.nextInt(6) == 0) {
          target.flush();
          owner.flushed();
        }
      }
    } catch (ErrnoException failure) {
      if (!power.isOff()) {
        throw failure;
      }
    }
    return owner;
  }

  private void checkSiblings(List<Snapshot> siblings) throws IOException {
    for (int i = 0; i < siblings.size(); i++) {
      assertThat(Io.read(siblings.get(i))).as("sibling %s", i).isEqualTo(siblingModels.get(i));
    }
  }

  private static void await(List<Future<?>> all) throws InterruptedException, ExecutionException {
    for (Future<?> each : all) {
      each.get();
    }
  }

  private static Snapshot open(Origin origin, RamDevice cow, int sectors) throws IOException {
    Snapshot snapshot =
        Snapshot.open(
            origin, cow, ExceptionStoreType.of("P"), sectors, Set.of(), new RecordedEvents());
    if (!snapshot.valid()) {
      throw new ErrnoException(Errno.EIO, "a sibling was found Invalid");
    }
    return snapshot;
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

    boolean ended() {
      return finished || !failure.isEmpty();
    }
  }
}
