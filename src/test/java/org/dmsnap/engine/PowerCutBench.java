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
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.PowerSupply;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;

/**
 * An origin with snapshots and several writers, on disks that lose power again and again, one of
 * which may fail for a while before: what each writer may find then, and what each snapshot.
 *
 * <p>Writers see only failures of the devices that their own data is on, and the refusals of a full
 * snapshot; a snapshot is Invalid only if its COW device has failed, and then for good.
 */
final class PowerCutBench implements AutoCloseable {

  private static final int WRITERS = 3;
  private static final int MOST_FAILURES = 12;
  private static final long CACHE_BYTES = 128 << 10;

  /** A snapshot, on and off. */
  private static final class Kept {
    final int disk;
    final int chunkSectors;
    final byte[] content;
    boolean failed; // at some time, its COW device
    volatile boolean noted; // as Invalid, elsewhere than on its COW device
    Snapshot snapshot;

    Kept(int disk, int chunkSectors, byte[] content) {
      this.disk = disk;
      this.chunkSectors = chunkSectors;
      this.content = content;
    }
  }

  private final Random random;
  private final Figures figures;
  private final OverflowPolicy overflow;
  private final List<Kept> all = new ArrayList<>();
  private final List<OwnedSectors> owners = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> writing = new ArrayList<>();
  private List<byte[]> disks;
  private List<RamDevice> devices = List.of();
  private PowerSupply power;
  private Origin origin;

  /**
   * @param disks what is on them: the image first; what its writers write to comes before any
   *     snapshot's
   * @param content what the writers find
   */
  PowerCutBench(List<byte[]> disks, byte[] content, Random random, Figures figures) {
    this.disks = disks;
    this.random = random;
    this.figures = figures;
    this.overflow = OverflowPolicy.values()[random.nextInt(2)];
    int each = content.length / Sectors.BYTES / WRITERS;
    for (int i = 0; i < WRITERS; i++) {
      owners.add(new OwnedSectors(i * each, each, content));
    }
  }

  /** Has a snapshot from now on, which reads as {@code content}, on the disk of that number. */
  void add(int disk, int chunkSectors, byte[] content) {
    all.add(new Kept(disk, chunkSectors, content));
  }

  /** Turns the power on for some writes and syncs, of which some may fail; opens the origin. */
  void powerOn(int longest) throws IOException {
    int operations = 1 + random.nextInt(longest);
    power = new PowerSupply(operations, random);
    if (random.nextBoolean()) {
      Errno errno = random.nextBoolean() ? Errno.EIO : Errno.ENOSPC;
      power.fail(random.nextInt(operations), 1 + random.nextInt(MOST_FAILURES), errno);
    }
    devices = disks.stream().map(RamDevice::new).toList();
    devices.forEach(power::supply);
    origin =
        new Origin(
            devices.get(0),
            overflow,
            StallListener.NONE,
            new BlockMemory(CACHE_BYTES, CacheMemory.unbounded()));
  }

  Origin origin() {
    return origin;
  }

  /** Opens all snapshots and adds them to the origin. */
  void openSnapshots() throws IOException {
    for (Kept each : all) {
      if (!each.noted) {
        each.snapshot = open(each.disk, each.chunkSectors, listener(each));
        assertThat(each.snapshot.valid() || failed(each)).as("valid").isTrue();
        origin.add(each.snapshot);
      }
    }
    checkSnapshots();
  }

  /** Opens what is on a disk. */
  Snapshot open(int disk, int chunkSectors, SnapshotListener listener) throws IOException {
    return Snapshot.open(
        origin,
        CowFile.alone(devices.get(disk)),
        ExceptionStoreType.of("P"),
        chunkSectors,
        Set.of(),
        listener);
  }

  private SnapshotListener listener(Kept of) {
    return new RecordedEvents() {
      @Override
      public void invalidated(Snapshot snapshot, String reason, boolean recorded)
          throws IOException {
        if (!recorded) {
          if (power.isOff()) {
            throw new ErrnoException(Errno.EIO, "the power is off");
          }
          of.noted = true;
        }
      }
    };
  }

  /** Compares what is there after a cut, and takes it for certain. */
  void settle(Target volume) throws IOException {
    byte[] now = Io.read(volume);
    for (OwnedSectors owner : owners) {
      owner.checkAfterCut(now);
      owner.settle(now);
    }
  }

  /** Has all write to their sectors until the power goes off, or it is enough. */
  void startWriting(Target volume, int flushOdds, BooleanSupplier enough) {
    for (OwnedSectors owner : owners) {
      Random own = new Random(random.nextLong());
      writing.add(threads.submit(() -> write(owner, volume, own, flushOdds, enough)));
    }
  }

  private Object write(
      OwnedSectors owner, Target volume, Random own, int flushOdds, BooleanSupplier enough)
      throws IOException {
    try {
      while (!power.isOff() && !enough.getAsBoolean()) {
        writeAndLook(owner, volume, own, flushOdds);
      }
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
    }
    return owner;
  }

  private void writeAndLook(OwnedSectors owner, Target volume, Random own, int flushOdds)
      throws IOException {
    try {
      owner.write(volume, own);
      owner.checkNow(volume);
      if (own.nextInt(flushOdds) == 0) {
        volume.flush();
        owner.flushed();
      }
    } catch (ErrnoException failure) {
      checkAllowed(failure);
      owner.lookAgain(volume);
    }
  }

  private void checkAllowed(ErrnoException failure) throws ErrnoException {
    if (power.isOff()) {
      throw failure;
    }
    int failed = power.failed() == null ? -1 : devices.indexOf(power.failed());
    boolean own = failed >= 0 && all.stream().noneMatch(each -> each.disk == failed);
    boolean refused = overflow == OverflowPolicy.REFUSE && failure.errno() == Errno.ENOSPC;
    assertThat(own || (failed >= 0 && refused)).as("device %s: %s", failed, failure).isTrue();
    figures.count("failures told to writers");
  }

  /** Compares what all writers wrote. */
  void checkNow(Target volume) throws IOException {
    for (OwnedSectors owner : owners) {
      owner.checkNow(volume);
    }
  }

  /** Waits for all of them. */
  void awaitWriters() throws InterruptedException, ExecutionException {
    for (Future<?> each : writing) {
      each.get();
    }
    writing.clear();
  }

  /** Compares the snapshots, as long as there is power to. */
  void checkSnapshots() throws IOException {
    for (Kept each : all) {
      if (!each.noted && each.snapshot.valid()) {
        try {
          byte[] now = Io.read(each.snapshot);
          assertThat(now).as("snapshot on disk %s", each.disk).isEqualTo(each.content);
        } catch (ErrnoException failure) {
          assertThat(power.isOff() || !each.snapshot.valid()).as("%s", failure).isTrue();
        }
      }
    }
  }

  /** Whether {@code failure}, met while nobody writes, is no surprise. */
  void checkFailing(ErrnoException failure) {
    assertThat(failing()).as("%s", failure).isTrue();
  }

  /** Whether something was to fail, or all does. */
  boolean failing() {
    return power.isOff() || power.failed() != null;
  }

  private boolean failed(Kept of) {
    return of.failed || power.failed() == devices.get(of.disk);
  }

  /** What the image holds. */
  byte[] image() {
    return devices.get(0).content();
  }

  /** Cuts the power, unless it is off. */
  void cut() throws IOException {
    for (Kept each : all) {
      each.failed = failed(each);
    }
    disks = power.cut();
    origin.image().close();
    figures.count("cuts");
    if (power.failed() != null) {
      figures.count("cuts after a failure");
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
