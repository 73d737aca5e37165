package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.block.Sectors;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every call to a backing device fails once, or that kind of call from there on, with EIO or
 * ENOSPC: whatever else is done then, snapshots never change or are Invalid, the origin goes on
 * wherever its own image does, and nobody waits for ever.
 */
class FaultsTest {

  private static final long SEEDS = Long.getLong("dmsnap.faults.seeds", 4);
  private static final int STEPS = 60;
  private static final int LARGEST_REQUEST = 20_000;
  private static final int[] CHUNKS = {1, 2, 8, 16};

  /** A target and what it should read. */
  private static final class Modelled {
    final Target target;
    final RamDevice device;
    final byte[] bytes;

    /** What was written since the last flush that went well. */
    final BitSet unflushed = new BitSet();

    Modelled(Target target, RamDevice device, byte[] bytes) {
      this.target = target;
      this.device = device;
      this.bytes = bytes;
    }

    boolean invalid() {
      return target instanceof Snapshot snapshot && !snapshot.valid();
    }
  }

  private Random random = new Random();
  private FaultyDevices devices = new FaultyDevices(-1, Errno.EIO, false);
  private Bench bench = Bench.create();
  private OverflowPolicy policy = OverflowPolicy.INVALIDATE;
  private Errno errno = Errno.EIO;
  private Modelled origin = new Modelled(bench.volume, bench.image, bench.before);
  private final List<Modelled> snapshots = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void every_call_may_fail(long seed) throws Exception {
    run(seed, -1);
    int calls = devices.calls();
    for (int failing = 0; failing < calls; failing++) {
      try {
        run(seed, failing);
      } catch (Exception | AssertionError failure) {
        throw new AssertionError(
            "seed " + seed + ", " + errno + " at call " + failing + ": " + devices.failed(),
            failure);
      }
    }
  }

  private void run(long seed, int failing) throws IOException {
    random = new Random(seed);
    policy = (seed & 1) == 0 ? OverflowPolicy.INVALIDATE : OverflowPolicy.REFUSE;
    long way = failing + (seed >> 1);
    errno = (way & 1) == 0 ? Errno.EIO : Errno.ENOSPC;
    devices = new FaultyDevices(-1, errno, false);
    prepare();
    devices = new FaultyDevices(failing, errno, (way & 2) == 0);
    devices.watch(bench.image);
    snapshots.forEach(each -> devices.watch(each.device));
    for (int step = 0; step < STEPS; step++) {
      step();
      if (step % 10 == 9) {
        checkAll();
      }
    }
    devices.repair();
    checkAll();
    flushAll();
    devices.pause(true);
    reopenAll();
  }

  private void prepare() throws IOException {
    int size = (100 + random.nextInt(100)) * Sectors.BYTES;
    bench = policy == OverflowPolicy.REFUSE ? Bench.refusing(size) : Bench.ofSize(size);
    origin = new Modelled(bench.volume, bench.image, bench.before.clone());
    snapshots.clear();
    for (String type : new String[] {"P", "PO", "P", "N"}) {
      int chunk = CHUNKS[random.nextInt(CHUNKS.length)] * Sectors.BYTES;
      int chunks = 3 + (size / chunk) * (1 + random.nextInt(3)) / 2;
      RamDevice cow = new RamDevice((long) chunks * chunk);
      Snapshot snapshot = bench.snapshot(cow, type, chunk / Sectors.BYTES);
      snapshots.add(new Modelled(snapshot, cow, bench.before.clone()));
    }
  }

  private void step() throws IOException {
    Modelled one = snapshots.get(random.nextInt(snapshots.size()));
    int dice = random.nextInt(20);
    if (dice < 8) {
      change(origin, dice == 0 ? Change.ZERO : dice == 1 ? Change.DISCARD : Change.WRITE);
    } else if (dice < 14) {
      change(one, dice == 8 ? Change.ZERO : Change.WRITE);
    } else if (dice < 16) {
      flush(origin);
    } else if (dice < 18) {
      flush(one);
    } else {
      read(one);
    }
  }

  private enum Change {
    WRITE,
    ZERO,
    DISCARD
  }

  private void change(Modelled modelled, Change change) throws IOException {
    int position = random.nextInt(origin.bytes.length);
    int length = Math.min(1 + random.nextInt(LARGEST_REQUEST), origin.bytes.length - position);
    byte[] bytes =
        change == Change.WRITE ? Bench.bytes(length, random.nextLong()) : new byte[length];
    modelled.unflushed.set(position, position + length);
    try {
      switch (change) {
        case WRITE -> Io.write(modelled.target, position, bytes);
        case ZERO -> modelled.target.zero(position, length);
        case DISCARD -> modelled.target.discard(position, length);
      }
      System.arraycopy(bytes, 0, modelled.bytes, position, length);
    } catch (ErrnoException failure) {
      checkFailure(modelled, change, failure);
      adoptPartOf(bytes, modelled, position);
    }
  }

  private void checkFailure(Modelled modelled, Change change, ErrnoException failure) {
    if (change == Change.DISCARD && failure.errno() == Errno.EOPNOTSUPP) {
      return;
    }
    boolean refused = policy == OverflowPolicy.REFUSE && failure.errno() == Errno.ENOSPC;
    if (modelled == origin) {
      boolean imageFailed = devices.broken() == bench.image;
      assertThat(refused || imageFailed).as("origin: %s", failure).isTrue();
    } else if (!refused && devices.failed() == null) {
      assertThat(modelled.target.status()).as("%s", failure).isIn("Invalid", "Overflow");
    }
  }

  /** A change that failed half-way has left each byte old or new. */
  private void adoptPartOf(byte[] bytes, Modelled modelled, int position) throws IOException {
    byte[] now = look(modelled, position, bytes.length);
    for (int i = 0; i < now.length; i++) {
      if (now[i] != bytes[i]) {
        assertThat(now[i]).as("byte %s", position + i).isEqualTo(modelled.bytes[position + i]);
      }
      modelled.bytes[position + i] = now[i];
    }
  }

  private void read(Modelled modelled) throws IOException {
    try {
      assertThat(Io.read(modelled.target)).isEqualTo(modelled.bytes);
    } catch (ErrnoException failure) {
      assertThat(modelled.invalid() || devices.failed() == Operation.READ).isTrue();
    }
  }

  /** Without any fault, to see what is there; nothing if it is Invalid. */
  private byte[] look(Modelled modelled, int position, int length) throws IOException {
    devices.pause(true);
    try {
      return modelled.invalid() ? new byte[0] : Io.read(modelled.target, position, length);
    } finally {
      devices.pause(false);
    }
  }

  private void flush(Modelled modelled) {
    try {
      modelled.target.flush();
      if (!modelled.invalid()) {
        modelled.unflushed.clear();
      }
    } catch (IOException failure) {
      assertThat(modelled.invalid() || devices.failed() != null).as("%s", failure).isTrue();
    }
  }

  private void checkAll() throws IOException {
    check(origin);
    for (Modelled snapshot : snapshots) {
      check(snapshot);
    }
    boolean onlyFull = errno == Errno.ENOSPC || devices.failed() == null;
    if (policy == OverflowPolicy.REFUSE && onlyFull) {
      assertThat(bench.events.all()).as("what nobody may lose").isEmpty();
    }
  }

  private void check(Modelled modelled) throws IOException {
    byte[] now = look(modelled, 0, modelled.bytes.length);
    if (!modelled.invalid()) {
      assertThat(now).isEqualTo(modelled.bytes);
    }
  }

  private void flushAll() {
    flush(origin);
    snapshots.forEach(this::flush);
  }

  /** As after kill -9: what is on the devices is all there is. */
  private void reopenAll() throws IOException {
    RamDevice image = new RamDevice(bench.image.content());
    Origin again = new Origin(image, policy, StallListener.NONE);
    for (Modelled modelled : snapshots) {
      Snapshot snapshot = (Snapshot) modelled.target;
      String type = snapshot.store().code();
      if (type.equals("N")) {
        continue;
      }
      RamDevice cow = new RamDevice(modelled.device.content());
      int chunk = snapshot.chunkSize().sectors();
      Snapshot reopened =
          Snapshot.open(
              again,
              CowFile.alone(cow),
              ExceptionStoreType.of(type),
              chunk,
              Set.of(),
              new RecordedEvents());
      if (modelled.invalid()) {
        boolean toldElsewhere =
            bench.events.all().stream().anyMatch(event -> event.endsWith("(not recorded)"));
        assertThat(!reopened.valid() || toldElsewhere).as("Invalid for good").isTrue();
      } else {
        assertThat(reopened.valid()).isTrue();
        assertFlushed(modelled, Io.read(reopened));
      }
    }
    assertFlushed(origin, image.content());
  }

  private static void assertFlushed(Modelled modelled, byte[] now) {
    for (int i = 0; i < now.length; i++) {
      if (now[i] != modelled.bytes[i]) {
        assertThat(modelled.unflushed.get(i)).as("byte %s was not flushed", i).isTrue();
      }
    }
  }
}
