package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many threads on few chunks, while snapshots, also of snapshots, are taken, reset, merged, removed
 * and extended, origins suspended, and the pool closed and opened.
 *
 * <p>Each thread knows what its own sectors hold in every volume. A snapshot must hold what its
 * origin held at one moment of the command that took or reset it, for every thread, and the same
 * for ever after; a merged origin what the snapshot held. {@code -Ddmsnap.soak.minutes=N} goes on
 * for that long.
 */
public abstract class SoakContract {

  private static final int MOST_SNAPSHOTS = 4;
  private static final int SECONDS_TO_END = 120;
  private static final List<String> ORIGINS = List.of("x", "y");
  private static final Set<Errno> REFUSALS = Set.of(Errno.EBUSY, Errno.EEXIST);

  private final Random random = new Random(Long.getLong("dmsnap.soak.seed", 1));
  private final Map<String, SoakVolume> volumes = new ConcurrentHashMap<>();
  private final Map<String, String> through = new TreeMap<>(); // by snapshot: what it was taken of
  private final Figures figures = new Figures(getClass());
  private SoakPool pool;
  private volatile boolean stop;
  private int named;

  /** What to work on; not open yet. */
  protected abstract SoakPool pool() throws IOException;

  /** How many commands there are, if no time is given. */
  protected abstract int steps();

  /** Whether snapshots go beneath those that there are. */
  protected boolean stacks() {
    return false;
  }

  @BeforeEach
  void prepare() throws IOException {
    pool = pool();
    pool.open(options());
    for (String origin : ORIGINS) {
      pool.create(origin, (long) SoakVolume.SECTORS * SoakVolume.SECTOR);
      volumes.put(origin, SoakVolume.of(origin, true, true, new long[SoakVolume.SECTORS]));
    }
  }

  @AfterEach
  void remove() throws IOException {
    pool.delete();
  }

  @Test
  void many_threads_and_commands_get_on_with_each_other() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> owners = new ArrayList<>();
    for (int owner = 0; owner < SoakVolume.OWNERS; owner++) {
      int mine = owner;
      long seed = random.nextLong();
      owners.add(threads.submit(() -> work(mine, new Random(seed))));
    }
    try {
      command(owners);
    } finally {
      stop = true;
      threads.shutdown();
    }
    for (Future<?> owner : owners) {
      owner.get(SECONDS_TO_END, TimeUnit.SECONDS);
    }
    remount();
    figures.print();
  }

  private void command(List<Future<?>> owners) throws IOException {
    Long minutes = Long.getLong("dmsnap.soak.minutes");
    long end = minutes == null ? 0 : System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
    for (int step = 0; minutes == null ? step < steps() : System.nanoTime() < end; step++) {
      String origin = ORIGINS.get(random.nextInt(ORIGINS.size()));
      try {
        step(origin);
      } catch (ErrnoException refused) {
        if (!REFUSALS.contains(refused.errno())) {
          throw new AssertionError(refused + "; " + pool.log(), refused);
        }
        figures.count("refusals");
      }
      if (owners.stream().anyMatch(Future::isDone)) {
        return; // it failed
      }
    }
  }

  private void step(String origin) throws IOException {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> snapshot(origin);
      case 5 -> remove(origin);
      case 6 -> reset(origin);
      case 7, 8, 9 -> merge(origin);
      case 10 -> extend(origin);
      case 11, 12 -> suspend(origin);
      case 13 -> pool.commit();
      case 14 -> remount();
      default -> {
        for (SoakVolume still : snapshotsOf(origin)) {
          if (!still.written()) {
            assertHolds(still, still.now());
          }
        }
      }
    }
  }

  private PoolOptions options() {
    OverflowPolicy overflow = OverflowPolicy.values()[random.nextInt(2)];
    PoolOptions options = new PoolOptions(false, false, 70, 20, overflow);
    return stacks() ? options.stacked() : options;
  }

  private List<SoakVolume> snapshotsOf(String origin) {
    return volumes.values().stream()
        .filter(volume -> volume.name().startsWith(origin + "."))
        .toList();
  }

  private SoakVolume anySnapshotOf(String origin) {
    List<SoakVolume> snapshots = snapshotsOf(origin);
    return snapshots.isEmpty() ? null : snapshots.get(random.nextInt(snapshots.size()));
  }

  private void snapshot(String origin) throws IOException {
    if (snapshotsOf(origin).size() == MOST_SNAPSHOTS) {
      return;
    }
    String name = origin + "." + named++ % 10;
    if (volumes.containsKey(name)) {
      return;
    }
    int chunk = 1 << random.nextInt(6);
    SoakVolume below = random.nextInt(3) == 0 ? anySnapshotOf(origin) : null;
    boolean stacked = below != null && below.persistent();
    String of = stacked ? below.name() : origin;
    String type = List.of("P", "PO", "N").get(random.nextInt(stacked || stacks() ? 2 : 3));
    SnapshotRequest request =
        new SnapshotRequest(
            name,
            of,
            (3L + random.nextInt(8)) * chunk * SoakVolume.SECTOR,
            ExceptionStoreType.of(type),
            chunk,
            random.nextBoolean() ? Set.of() : Set.of(Feature.DISCARD_ZEROES_COW));
    taken(name, of, !type.equals("N"), () -> pool.snapshot(request));
    through.put(name, of);
    figures.count(stacked ? "snapshots of snapshots" : "snapshots");
  }

  private boolean readThrough(String name) {
    return volumes.keySet().stream().anyMatch(above -> name.equals(through.get(above)));
  }

  private void reset(String origin) throws IOException {
    SoakVolume snapshot = anySnapshotOf(origin);
    if (snapshot != null) {
      String name = snapshot.name();
      String of = through.get(name);
      alone(
          List.of(snapshot), () -> taken(name, of, snapshot.persistent(), () -> pool.reset(name)));
      figures.count("resets");
    }
  }

  /** Takes a snapshot, and compares it with what its origin held meanwhile. */
  private void taken(String name, String origin, boolean persistent, Change command)
      throws IOException {
    SoakVolume of = volumes.get(origin);
    long[] least = Arrays.stream(of.logs()).mapToLong(SoakLog::pin).toArray();
    command.make();
    long[] most = Arrays.stream(of.logs()).mapToLong(SoakLog::started).toArray();
    long[] seen = pool.read(name, 0, SoakVolume.SECTORS);
    for (int owner = 0; owner < SoakVolume.OWNERS; owner++) {
      long[] own = SoakVolume.own(owner, seen);
      assertThat(of.logs()[owner].between(least[owner], most[owner], own))
          .as("%s holds one moment of %s for owner %s", name, origin, owner)
          .isTrue();
    }
    volumes.put(name, SoakVolume.of(name, persistent, random.nextBoolean(), seen));
  }

  /** What is done while nobody uses some volumes. */
  private interface Change {
    void make() throws IOException;
  }

  private static void alone(List<SoakVolume> unused, Change change) throws IOException {
    List<Lock> held = unused.stream().<Lock>map(volume -> volume.use().writeLock()).toList();
    held.forEach(Lock::lock);
    try {
      change.make();
    } finally {
      held.forEach(Lock::unlock);
    }
  }

  private void remove(String origin) throws IOException {
    SoakVolume snapshot = anySnapshotOf(origin);
    if (snapshot != null) {
      alone(
          List.of(snapshot),
          () -> {
            pool.remove(snapshot.name());
            volumes.remove(snapshot.name());
            through.replaceAll(
                (above, of) -> of.equals(snapshot.name()) ? through.get(snapshot.name()) : of);
          });
      figures.count("removes");
    }
  }

  /** Begins to; the threads go on as soon as it has begun. */
  private void merge(String origin) throws IOException {
    SoakVolume snapshot = anySnapshotOf(origin);
    if (snapshot == null || !snapshot.persistent() || readThrough(snapshot.name())) {
      return;
    }
    SoakVolume into = volumes.get(through.get(snapshot.name()));
    alone(
        List.of(into, snapshot),
        () -> {
          pool.merge(snapshot.name(), random.nextBoolean());
          volumes.remove(snapshot.name());
          volumes.put(
              into.name(), SoakVolume.of(into.name(), true, into.written(), snapshot.now()));
        });
    figures.count("merges");
  }

  private void extend(String origin) throws IOException {
    SoakVolume snapshot = anySnapshotOf(origin);
    if (snapshot != null) {
      pool.extend(snapshot.name(), (1L + random.nextInt(20)) * SoakVolume.SECTOR);
      figures.count("extensions");
    }
  }

  /** While it is suspended, nothing changes. */
  private void suspend(String origin) throws IOException {
    pool.suspend(origin);
    Map<String, long[]> before = contents(origin);
    Thread.yield();
    contents(origin).forEach((name, seen) -> assertThat(seen).as(name).isEqualTo(before.get(name)));
    pool.resume(origin);
    figures.count("suspensions");
  }

  private Map<String, long[]> contents(String origin) throws IOException {
    Map<String, long[]> contents = new TreeMap<>();
    if (!pool.readsWhileWritersWait()) {
      return contents;
    }
    contents.put(origin, pool.read(origin, 0, SoakVolume.SECTORS));
    for (SoakVolume snapshot : snapshotsOf(origin)) {
      contents.put(snapshot.name(), pool.read(snapshot.name(), 0, SoakVolume.SECTORS));
    }
    return contents;
  }

  private void remount() throws IOException {
    alone(
        List.copyOf(volumes.values()),
        () -> {
          pool.close();
          volumes.values().removeIf(volume -> !volume.persistent());
          pool.open(options());
          for (SoakVolume volume : volumes.values()) {
            assertHolds(volume, volume.now());
          }
        });
    figures.count("remounts");
  }

  private void assertHolds(SoakVolume volume, long[] stamps) throws IOException {
    assertThat(pool.read(volume.name(), 0, SoakVolume.SECTORS))
        .as("%s; log: %s", volume.name(), pool.log())
        .isEqualTo(stamps);
  }

  /** Writes and reads what is its own, everywhere. */
  private Void work(int owner, Random own) throws IOException, InterruptedException {
    while (!stop) {
      List<SoakVolume> all = List.copyOf(volumes.values());
      SoakVolume volume = all.get(own.nextInt(all.size()));
      volume.use().readLock().lockInterruptibly();
      try {
        if (volumes.get(volume.name()) == volume) { // else it is gone, or is another by now
          act(volume, owner, own);
        }
      } catch (IOException failure) {
        throw new AssertionError(volume.name() + ": " + failure + "; " + pool.log(), failure);
      } finally {
        volume.use().readLock().unlock();
      }
    }
    return null;
  }

  private void act(SoakVolume volume, int owner, Random own) throws IOException {
    String name = volume.name();
    int index = own.nextInt(SoakVolume.STRIPS) * SoakVolume.STRIP;
    int first = SoakVolume.sector(owner, index);
    SoakLog mine = volume.logs()[owner];
    int dice = own.nextInt(12);
    if (dice == 0) {
      pool.flush(name);
      figures.count("fsyncs");
    } else if (dice < 5 || !volume.written()) {
      long[] expected = Arrays.copyOfRange(mine.now(), index, index + SoakVolume.STRIP);
      assertThat(pool.read(name, first, SoakVolume.STRIP))
          .as("%s, sector %s; log: %s", name, first, pool.log())
          .isEqualTo(expected);
      figures.count("reads");
    } else {
      int count = 1 + own.nextInt(SoakVolume.STRIP);
      long stamp = dice == 5 ? 0 : own.nextLong();
      mine.begin(index, count, stamp);
      if (stamp == 0) {
        pool.clear(name, first, count);
      } else {
        long[] stamps = new long[count];
        Arrays.fill(stamps, stamp);
        pool.write(name, first, stamps);
      }
      mine.end();
      figures.count("writes");
    }
  }
}
