package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.block.Sectors;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power cuts over a COW device whose areas are many sectors: before every write and sync, with
 * every subset of the unsynced metadata sectors on disk, where they are few. Then a disk with a
 * later sector and without an earlier one, if there was one, gets new exceptions, and further cuts.
 *
 * <p>Each time, what loads are the oldest of the exceptions that were committed, at least all that
 * were durable, each with its data; and {@code check} finds nothing wrong.
 */
class TornAreaTest {

  private static final int AREAS = 3;
  private static final int GENERATIONS = 4;
  private static final int ALL_SUBSETS = 6; // of as many sectors at most
  private static final int SOME_SUBSETS = 48;
  private static final long ORIGIN = 1L << 40;
  private static final Figures FIGURES = new Figures(TornAreaTest.class);

  /** An exception, and what each word of its chunk is. */
  private record Committed(long oldChunk, long newChunk, long stamp) {}

  private Random random = new Random();
  private AreaLayout layout = new AreaLayout(new ChunkSize(1));
  private RamDevice cow = new RamDevice(0);
  private ExceptionStore store;
  private List<Committed> model = new ArrayList<>(); // in the order of allocation
  private int certain; // how many of the model are durable, or are kept by the merge
  private boolean merging;
  private byte[] synced = {};
  private final TreeSet<Integer> unsynced = new TreeSet<>(); // sectors
  private byte[] next = {}; // what one of the cuts left, and loaded
  private List<Committed> nextModel = List.of();
  private int candidates;
  private boolean nextIsTorn;

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 4);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatever_is_left_of_an_area_is_what_was_committed_first(long seed) throws Exception {
    random = new Random(seed);
    layout = new AreaLayout(new ChunkSize(2 << random.nextInt(3)));
    next = usedBefore();
    for (int generation = 0; generation < GENERATIONS; generation++) {
      powerOn();
      int more = random.nextInt(2 * layout.recordsPerArea());
      while (more > 0 && store.hasRoom(layout.recordsPerArea())) {
        more -= except();
      }
      store.flush();
    }
    merging = true;
    while (!model.isEmpty()) {
      powerOn();
      merge();
    }
  }

  /** A device full of what look like records, but for the first bytes. */
  private byte[] usedBefore() {
    int stride = layout.recordsPerArea() + 1;
    ByteBuffer bytes = ByteBuffer.allocate((AREAS * stride + 1) * layout.chunkSize().bytes());
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putLong(1 + random.nextInt(1000));
    }
    return bytes.putInt(0, 0).array();
  }

  /** Opens what the last cut left. */
  private void powerOn() throws IOException {
    cow = new RamDevice(next);
    synced = next;
    unsynced.clear();
    model = new ArrayList<>(nextModel);
    certain = model.size();
    candidates = 0;
    nextIsTorn = false;
    store = null;
    cow.onEach(this::before);
    store = open(cow, new ArrayList<>());
  }

  private ExceptionStore open(RamDevice device, List<long[]> loaded) throws IOException {
    return ExceptionStoreType.of("P")
        .open(
            CowFile.alone(device),
            layout.chunkSize().sectors(),
            ORIGIN,
            (oldChunk, newChunk) -> loaded.add(new long[] {oldChunk, newChunk}));
  }

  /** Prepares a few runs, gives one back or none, commits the others in any order; how many. */
  private int except() throws IOException {
    List<ChunkRun> runs = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      runs.add(store.prepare(1 + random.nextInt(layout.recordsPerArea() / 4)));
    }
    if (random.nextInt(3) == 0) {
      store.abandon(runs.remove(random.nextInt(runs.size())));
    }
    List<long[]> commits = new ArrayList<>();
    for (ChunkRun run : runs) {
      long oldFirst = random.nextInt(1 << 28);
      long stamp = random.nextLong();
      for (long i = 0; i < run.count(); i++) {
        model.add(new Committed(oldFirst + i, run.first() + i, stamp));
      }
      writeData(run, stamp);
      commits.add(new long[] {oldFirst, run.first(), run.count()});
    }
    Collections.shuffle(commits, random);
    for (long[] commit : commits) {
      store.commit(commit[0], new ChunkRun(commit[1], commit[2]));
    }
    if (!runs.isEmpty() && random.nextBoolean()) {
      store.awaitDurable(runs.get(random.nextInt(runs.size())).first());
    }
    return runs.stream().mapToInt(run -> (int) run.count()).sum();
  }

  private void writeData(ChunkRun run, long stamp) throws IOException {
    byte[] bytes = new byte[(int) run.count() * layout.chunkSize().bytes()];
    ByteBuffer words = ByteBuffer.wrap(bytes);
    while (words.hasRemaining()) {
      words.putLong(stamp);
    }
    cow.write(layout.chunkSize().positionOf(run.first()), NativeBuffer.copyOf(bytes), bytes.length);
  }

  /** Merges until a cut, or to the end. */
  private void merge() throws IOException {
    do {
      List<MergeRun> runs = store.prepareMerge(1 + random.nextInt(2 * layout.recordsPerArea()));
      int chunks = runs.stream().mapToInt(run -> (int) run.run().count()).sum();
      certain = model.size() - chunks;
      store.commitMerge(chunks);
      model = new ArrayList<>(model.subList(0, certain));
    } while (!model.isEmpty() && random.nextInt(3) > 0);
    if (model.isEmpty()) {
      verify(cow.content(), false);
    }
  }

  private void before(Operation operation, long position, long length) throws IOException {
    if (operation == Operation.READ) {
      return;
    }
    cutHere();
    if (operation == Operation.SYNC) {
      synced = cow.content();
      unsynced.clear();
      return;
    }
    for (long at = position / Sectors.BYTES; at * Sectors.BYTES < position + length; at++) {
      unsynced.add((int) at);
    }
  }

  private void cutHere() throws IOException {
    byte[] now = cow.content();
    List<Integer> metadata = unsynced.stream().filter(this::isMetadata).toList();
    boolean all = metadata.size() <= ALL_SUBSETS;
    int subsets = all ? 1 << metadata.size() : SOME_SUBSETS;
    for (int subset = 0; subset < subsets; subset++) {
      byte[] left = synced.clone();
      boolean gap = false;
      boolean torn = false;
      for (int i = 0; i < metadata.size(); i++) {
        boolean kept = all ? (subset >> i & 1) == 1 : random.nextBoolean();
        if (kept) {
          keep(left, now, metadata.get(i));
        }
        torn |= kept && gap;
        gap |= !kept;
      }
      int odds = random.nextInt(4); // of data: none, half, most, all
      unsynced.stream()
          .filter(sector -> !isMetadata(sector) && random.nextInt(3) < odds)
          .forEach(sector -> keep(left, now, sector));
      verify(left, torn);
      FIGURES.count("cuts");
    }
  }

  private boolean isMetadata(int sector) {
    return layout.isMetadata(layout.chunkSize().chunkOf((long) sector * Sectors.BYTES));
  }

  private static void keep(byte[] left, byte[] now, int sector) {
    System.arraycopy(now, sector * Sectors.BYTES, left, sector * Sectors.BYTES, Sectors.BYTES);
  }

  private void verify(byte[] left, boolean torn) throws IOException {
    RamDevice disk = new RamDevice(left);
    List<long[]> loaded = new ArrayList<>();
    if (!DiskHeader.of(disk).isBlank()) { // else it is no snapshot's yet
      assertThat(open(disk, loaded).valid()).isTrue();
      CowCheck.check(
          "cow",
          disk,
          layout.chunkSize().sectors(),
          ORIGIN,
          finding ->
              assertThat(finding.severity()).as("%s", finding).isEqualTo(Finding.Severity.NOTE));
    }
    assertThat(loaded).hasSizeBetween(durable(), model.size());
    ByteBuffer words = ByteBuffer.wrap(left);
    for (int i = 0; i < loaded.size(); i++) {
      Committed committed = model.get(i);
      assertThat(loaded.get(i)).containsExactly(committed.oldChunk, committed.newChunk);
      long chunk = layout.chunkSize().positionOf(committed.newChunk);
      for (int at = 0; at < layout.chunkSize().bytes(); at += Sectors.BYTES) {
        assertThat(words.getLong((int) chunk + at)).as("data").isEqualTo(committed.stamp);
      }
    }
    choose(left, loaded.size(), torn);
  }

  private int durable() {
    int durable = certain;
    while (!merging
        && durable < model.size()
        && store != null
        && store.durable(model.get(durable).newChunk)) {
      durable++;
    }
    return durable;
  }

  /** Any of the cuts may be the one that happens; a torn one if there was one. */
  private void choose(byte[] left, int loaded, boolean torn) {
    if (torn && !nextIsTorn) {
      candidates = 0;
      nextIsTorn = true;
    }
    if (torn == nextIsTorn && random.nextInt(++candidates) == 0) {
      next = Arrays.copyOf(left, left.length);
      nextModel = List.copyOf(model.subList(0, loaded));
    }
  }
}
