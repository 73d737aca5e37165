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
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.PowerSupply;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several writers on an origin whose new data waits in little memory, and a power cut at any moment
 * with any of the unsynced sectors on disk: each writer reads what it wrote until then, finds what
 * it had synced afterwards, and no snapshot has changed; then it all goes on, to the next cut.
 */
class WriteCachePowerCutTest {

  private static final int SECTORS = 1200;
  private static final int WRITERS = 3;
  private static final int CUTS = 4;
  private static final int LONGEST_UNTIL_CUT = 400;
  private static final int CHUNK_BITS = 8; // 512 bytes to 64 KiB
  private static final long CACHE_BYTES = 128 << 10;

  private final List<OwnedSectors> owners = new ArrayList<>();
  private final List<byte[]> models = new ArrayList<>();
  private int[] chunkSectors = {};
  private Random random = new Random();

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("dmsnap.cache.seeds", 60));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_was_synced_is_there_and_no_snapshot_has_changed(long seed) throws Exception {
    random = new Random(seed);
    List<byte[]> disks = begin();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int cut = 0; cut < CUTS; cut++) {
        PowerSupply power = new PowerSupply(1 + random.nextInt(LONGEST_UNTIL_CUT));
        List<RamDevice> devices = disks.stream().map(RamDevice::new).toList();
        devices.forEach(power::supply);
        writeUntilCut(devices, power, threads);
        disks = power.cut(random);
      }
      List<RamDevice> devices = disks.stream().map(RamDevice::new).toList();
      openAndCheck(origin(devices), devices, new ArrayList<>());
    } finally {
      threads.shutdownNow();
    }
  }

  private List<byte[]> begin() {
    byte[] content = Bench.bytes(SECTORS * Sectors.BYTES, random.nextLong());
    chunkSectors =
        random.ints(1 + random.nextInt(3), 0, CHUNK_BITS).map(bits -> 1 << bits).toArray();
    List<byte[]> disks = new ArrayList<>(List.of(content));
    for (int ignored : chunkSectors) {
      disks.add(new byte[3 * SECTORS * Sectors.BYTES]);
      models.add(content);
    }
    int each = SECTORS / WRITERS;
    for (int i = 0; i < WRITERS; i++) {
      owners.add(new OwnedSectors(i * each, each, content));
    }
    return disks;
  }

  private void writeUntilCut(List<RamDevice> devices, PowerSupply power, ExecutorService threads)
      throws Exception {
    Origin origin = origin(devices);
    List<Snapshot> snapshots = new ArrayList<>();
    List<Future<?>> all = new ArrayList<>();
    try {
      Target volume = openAndCheck(origin, devices, snapshots);
      for (OwnedSectors owner : owners) {
        long seed = random.nextLong();
        all.add(threads.submit(() -> write(power, owner, volume, seed)));
      }
      await(all);
      check(snapshots);
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
      await(all);
    } finally {
      origin.image().close();
    }
  }

  private static Origin origin(List<RamDevice> devices) {
    return new Origin(devices.get(0), OverflowPolicy.INVALIDATE, StallListener.NONE, CACHE_BYTES);
  }

  private Target openAndCheck(Origin origin, List<RamDevice> devices, List<Snapshot> snapshots)
      throws IOException {
    for (int i = 0; i < chunkSectors.length; i++) {
      snapshots.add(open(origin, devices.get(1 + i), chunkSectors[i]));
      origin.add(snapshots.get(i));
    }
    Target volume = new SnapshotOrigin(origin);
    byte[] now = Io.read(volume);
    for (OwnedSectors owner : owners) {
      owner.checkAfterCut(now);
      owner.settle(now);
    }
    check(snapshots);
    return volume;
  }

  private static Object write(PowerSupply power, OwnedSectors owner, Target volume, long seed)
      throws IOException {
    Random random = new Random(seed);
    try {
      while (!power.isOff()) {
        owner.write(volume, random);
        owner.checkNow(volume);
        if (random.nextInt(15) == 0) {
          volume.flush();
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

  private void check(List<Snapshot> snapshots) throws IOException {
    for (int i = 0; i < snapshots.size(); i++) {
      if (snapshots.get(i).valid()) {
        assertThat(Io.read(snapshots.get(i))).as("snapshot %s", i).isEqualTo(models.get(i));
      }
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
    assertThat(snapshot.valid()).isTrue();
    return snapshot;
  }
}
