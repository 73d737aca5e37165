package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many threads write through snapshots that are nearly full, under {@code overflow=refuse}: each
 * owns strips of the volumes that are longer than most chunks and end in the midst of them. What is
 * refused has changed nothing, what is acknowledged stays, no snapshot is lost.
 */
class RefuseTest {

  private static final int THREADS = 6;
  private static final int STEPS = 400;
  private static final int SEEDS = Integer.getInteger("dmsnap.refuse.seeds", 4);
  private static final int STRIP = 20_011;
  private static final int STRIPS = 96;
  private static final int SIZE = STRIP * STRIPS / 512 * 512;
  private static final int BLOCK = 4096;
  private static final int SMALLEST_CACHE = 128 << 10;

  /** What keeps the COW devices from having room for all. */
  private enum Room {
    /** Their size. */
    FIXED,
    /** Their size, which grows a bit, in time. */
    GROWING,
    /** The file system beneath, which has no space for what they have not written yet. */
    THIN
  }

  /** A snapshot or the origin, what it should hold, and what it had room for. */
  private record Volume(Target target, byte[] model, BitSet acknowledged) {
    Volume(Target target, byte[] before) {
      this(target, before.clone(), new BitSet());
    }
  }

  /** Extends COW devices to a third more, a chunk at a time. */
  private static final class Growth extends RecordedEvents {
    private final long most;

    Growth(long cowBytes, Room room) {
      most = room == Room.GROWING ? cowBytes + cowBytes / 3 : cowBytes;
    }

    @Override
    public long growsAbove(Snapshot snapshot) {
      long bytes = snapshot.cow().size();
      return bytes < most ? bytes / 512 * 7 / 10 : Long.MAX_VALUE;
    }

    @Override
    public void filling(Snapshot snapshot, long neededSectors) {
      try {
        long wanted = neededSectors * 512 + snapshot.chunkSize().bytes();
        snapshot.cow().resize(Math.max(snapshot.cow().size(), Math.min(most, wanted)));
      } catch (IOException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  private final byte[] before = Bench.bytes(SIZE, 42);
  private final RamDevice image = new RamDevice(before);
  private final List<Growth> events = new ArrayList<>();
  private final List<Volume> written = new ArrayList<>();
  private final List<Snapshot> untouched = new ArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger acknowledgements = new AtomicInteger();
  private volatile boolean spaceBeneath;
  private Room room = Room.FIXED;
  private Origin origin = new Origin(image, OverflowPolicy.REFUSE, StallListener.NONE);

  static Stream<Arguments> cases() {
    return Arrays.stream(Room.values())
        .flatMap(room -> Stream.iterate(0, n -> n + 1).limit(SEEDS).map(n -> of(room, n)));
  }

  private static Arguments of(Room room, int seed) {
    return Arguments.of(room, seed);
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("cases")
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void what_is_refused_changes_nothing_and_what_is_acknowledged_stays(Room kind, int seed)
      throws Exception {
    room = kind;
    prepare(seed);
    run(seed);

    checkAll();
    assertThat(refusals).hasPositiveValue();
    assertThat(acknowledgements).hasPositiveValue();
    spaceBeneath = true;
    for (Volume volume : written) {
      volume.target.flush();
    }
    for (Snapshot snapshot : untouched) {
      snapshot.flush();
    }
    checkAll();
    checkReopened();
    assertThat(events).allSatisfy(each -> assertThat(each.all()).isEmpty());
  }

  private void prepare(int seed) throws IOException {
    long cache = seed % 2 == 0 ? WriteCache.DEFAULT_BYTES : SMALLEST_CACHE;
    origin =
        new Origin(
            image,
            OverflowPolicy.REFUSE,
            StallListener.NONE,
            new BlockMemory(cache, CacheMemory.unbounded()));
    written.add(new Volume(new SnapshotOrigin(origin), before));
    for (int chunkSectors : new int[] {1, 8, 64}) {
      untouched.add(snapshot(chunkSectors, 2 * SIZE, "P"));
    }
    untouched.add(snapshot(8, SIZE / 2, "P"));
    for (int chunkSectors : new int[] {2, 32}) {
      String type = chunkSectors == 32 ? "PO" : "P";
      written.add(new Volume(snapshot(chunkSectors, SIZE * 3L / 4, type), before));
    }
  }

  private Snapshot snapshot(int chunkSectors, long cowBytes, String type) throws IOException {
    RamDevice cow = new RamDevice(cowBytes / 512 * 512);
    Growth listener = new Growth(cowBytes / 512 * 512, room);
    events.add(listener);
    if (room == Room.THIN) {
      cow.onEach(new Thin(SIZE * 3 / 5 / BLOCK)::before);
    }
    Snapshot snapshot =
        Snapshot.open(
            origin,
            CowFile.alone(cow),
            ExceptionStoreType.of(type),
            chunkSectors,
            EnumSet.noneOf(Feature.class),
            listener);
    origin.add(snapshot);
    return snapshot;
  }

  /** A file system's space beneath one device, by blocks. */
  private final class Thin {
    private final int blocks;
    private final BitSet backed = new BitSet();

    Thin(int blocks) {
      this.blocks = blocks;
    }

    synchronized void before(Operation operation, long position, long length) throws IOException {
      if (spaceBeneath || (operation != Operation.WRITE && operation != Operation.ZERO)) {
        return;
      }
      BitSet needed = (BitSet) backed.clone();
      needed.set((int) (position / BLOCK), (int) ((position + length - 1) / BLOCK) + 1);
      if (needed.cardinality() > blocks) {
        throw new ErrnoException(Errno.ENOSPC, operation + " of a device without space beneath");
      }
      backed.or(needed);
    }
  }

  private void run(int seed) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int owner = 0; owner < THREADS; owner++) {
        int mine = owner;
        Random random = new Random((long) seed * THREADS + owner);
        running.add(threads.submit(() -> work(mine, random)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Void work(int owner, Random random) throws IOException {
    for (int step = 0; step < STEPS; step++) {
      int strip = owner + THREADS * random.nextInt(STRIPS / THREADS - 1);
      int from = strip * STRIP + random.nextInt(STRIP);
      int length = 1 + random.nextInt((strip + 1) * STRIP - from);
      Volume volume = written.get(random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0);
      switch (random.nextInt(12)) {
        case 0 -> flush(volume);
        case 1 -> {
          Snapshot same = untouched.get(random.nextInt(untouched.size()));
          assertThat(Io.read(same, from, length)).isEqualTo(part(before, from, length));
        }
        case 2 -> change(volume, from, new byte[length], () -> volume.target.zero(from, length));
        default -> {
          byte[] bytes = Bench.bytes(length, random.nextLong());
          change(volume, from, bytes, () -> Io.write(volume.target, from, bytes));
        }
      }
    }
    return null;
  }

  /** Something that may be refused. */
  private interface Change {
    void run() throws IOException;
  }

  private void change(Volume volume, int from, byte[] bytes, Change change) throws IOException {
    try {
      change.run();
      System.arraycopy(bytes, 0, volume.model, from, bytes.length);
      acknowledged(volume, from, bytes.length);
      acknowledgements.incrementAndGet();
    } catch (ErrnoException refused) {
      assertThat(refused.errno()).as("%s", refused).isEqualTo(Errno.ENOSPC);
      checkRefusal(volume, from, bytes);
      refusals.incrementAndGet();
    }
    assertThat(Io.read(volume.target, from, bytes.length))
        .isEqualTo(part(volume.model, from, bytes.length));
  }

  private void acknowledged(Volume volume, int from, int length) {
    synchronized (volume) {
      volume.acknowledged.set(from, from + length);
    }
  }

  private void checkRefusal(Volume volume, int from, byte[] bytes) throws IOException {
    synchronized (volume) {
      boolean hadRoom = volume.acknowledged.nextClearBit(from) >= from + bytes.length;
      assertThat(hadRoom && room != Room.THIN).as("refused where it needs no space").isFalse();
    }
    if (room == Room.THIN && volume.target instanceof Snapshot) { // cut short where the space was
      byte[] now = Io.read(volume.target, from, bytes.length);
      for (int i = 0; i < bytes.length; i++) {
        assertThat(now[i]).isIn(bytes[i], volume.model[from + i]);
      }
      System.arraycopy(now, 0, volume.model, from, now.length);
    }
  }

  private void flush(Volume volume) throws IOException {
    try {
      volume.target.flush();
    } catch (ErrnoException full) {
      assertThat(full.errno()).as("%s", full).isEqualTo(Errno.ENOSPC);
      assertThat(room).isEqualTo(Room.THIN);
    }
  }

  private void checkAll() throws IOException {
    for (Volume volume : written) {
      assertThat(Io.read(volume.target)).isEqualTo(volume.model);
    }
    for (Snapshot snapshot : untouched) {
      assertThat(Io.read(snapshot)).isEqualTo(before);
    }
  }

  /** As after kill -9: what is on the devices is all there is. */
  private void checkReopened() throws IOException {
    RamDevice left = new RamDevice(image.content());
    assertThat(left.content()).isEqualTo(written.get(0).model);
    Origin again = new Origin(left, OverflowPolicy.REFUSE, StallListener.NONE);
    for (Snapshot snapshot : untouched) {
      assertThat(Io.read(reopened(again, snapshot))).isEqualTo(before);
    }
    for (Volume volume : written.subList(1, written.size())) {
      assertThat(Io.read(reopened(again, (Snapshot) volume.target))).isEqualTo(volume.model);
    }
  }

  private static Snapshot reopened(Origin again, Snapshot snapshot) throws IOException {
    return Snapshot.open(
        again,
        CowFile.alone(new RamDevice(((RamDevice) snapshot.cow()).content())),
        ExceptionStoreType.of(snapshot.store().code()),
        0,
        EnumSet.noneOf(Feature.class),
        new RecordedEvents());
  }

  private static byte[] part(byte[] bytes, int from, int length) {
    return Arrays.copyOfRange(bytes, from, from + length);
  }
}
