package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.Sectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a target calls a hole reads as zeroes, and what nobody wrote to is called one: a sparse
 * origin, its snapshots and a merge against byte arrays.
 */
class ExtentsTest {

  private static final int SIZE = 4 << 20;
  private static final int LARGEST_CHUNK = 128 << 10;
  private static final int STEPS = 30;
  private static final int[] CHUNK_SECTORS = {1, 8, 16, 64, 256};
  private static final byte[] ZEROES = new byte[SIZE];
  private static final String[] TYPES = {"P", "PO", "N"};

  /** A target, what it should read, and which regions of it may be data. */
  private static final class Modelled {
    Target target;
    final byte[] bytes;
    final BitSet touched;

    Modelled(Target target, byte[] bytes, BitSet touched) {
      this.target = target;
      this.bytes = bytes;
      this.touched = touched;
    }

    void touch(int position, int length) {
      touched.set(position / LARGEST_CHUNK, (position + length - 1) / LARGEST_CHUNK + 1);
    }
  }

  @TempDir Path directory;
  private SparseBench bench;
  private Modelled origin;
  private final List<Modelled> snapshots = new ArrayList<>();
  private Random random = new Random();

  static LongStream seeds() {
    return LongStream.range(0, 15);
  }

  @BeforeEach
  void open() throws IOException {
    bench = new SparseBench(directory, SIZE);
    origin = new Modelled(bench.volume, new byte[SIZE], new BitSet());
  }

  @AfterEach
  void close() throws IOException {
    bench.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void holes_read_as_zeroes_and_what_was_never_written_is_one(long seed) throws Exception {
    random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      step();
      check(origin);
      for (Modelled snapshot : snapshots) {
        check(snapshot);
      }
    }
    mergeOne();
  }

  private void step() throws IOException {
    switch (random.nextInt(8)) {
      case 0 -> addSnapshot();
      case 1 -> bench.volume.flush();
      case 2 -> discard();
      case 3 -> zero();
      case 4, 5 -> write(origin);
      default -> write(snapshots.isEmpty() ? origin : any());
    }
  }

  private void addSnapshot() throws IOException {
    if (snapshots.size() < 3) {
      String type = TYPES[random.nextInt(TYPES.length)];
      int chunkSectors = CHUNK_SECTORS[random.nextInt(CHUNK_SECTORS.length)];
      Snapshot snapshot = bench.snapshot(type, chunkSectors, Feature.DISCARD_ZEROES_COW);
      BitSet touched = (BitSet) origin.touched.clone();
      snapshots.add(new Modelled(snapshot, origin.bytes.clone(), touched));
    }
  }

  private void write(Modelled modelled) throws IOException {
    int position = position();
    byte[] bytes = Bench.bytes(length(position), random.nextLong());
    touch(modelled, position, bytes.length);
    Io.write(modelled.target, position, bytes);
    System.arraycopy(bytes, 0, modelled.bytes, position, bytes.length);
  }

  /** What the origin is written is copied out to its snapshots. */
  private void touch(Modelled modelled, int position, int length) {
    modelled.touch(position, length);
    if (modelled == origin) {
      snapshots.forEach(each -> each.touch(position, length));
    }
  }

  private void discard() throws IOException {
    Modelled modelled = random.nextBoolean() || snapshots.isEmpty() ? origin : any();
    int position = position();
    int length = length(position);
    try {
      modelled.target.discard(position, length);
      Arrays.fill(modelled.bytes, position, position + length, (byte) 0);
    } catch (ErrnoException refused) {
      assertThat(refused.errno()).isEqualTo(Errno.EOPNOTSUPP);
    }
  }

  private void zero() throws IOException {
    Modelled modelled = random.nextBoolean() || snapshots.isEmpty() ? origin : any();
    int position = position();
    int length = length(position);
    modelled.target.zero(position, length);
    Arrays.fill(modelled.bytes, position, position + length, (byte) 0);
  }

  /** While it runs, when it has been stopped half-way, and when it has ended. */
  private void mergeOne() throws IOException {
    for (Modelled each : snapshots) {
      if (!((Snapshot) each.target).store().code().equals("N")) {
        SnapshotMerge merge = bench.merge((Snapshot) each.target);
        Modelled merged = new Modelled(merge, each.bytes, each.touched);
        merged.touched.or(origin.touched);
        check(merged);
        merge.start();
        check(merged);
        merge.stop();
        check(merged);
        SnapshotMerge resumed = bench.merge(merge.snapshot());
        merged.target = resumed;
        resumed.start();
        resumed.join();
        check(merged);
        return;
      }
    }
  }

  private void check(Modelled modelled) throws IOException {
    Extents extents = modelled.target.extents();
    assertHolesAreZero(extents, modelled.bytes, random.nextInt(SIZE));
    assertHolesAreZero(extents, modelled.bytes, 0);
    for (int region = modelled.touched.nextClearBit(0);
        region < SIZE / LARGEST_CHUNK;
        region = modelled.touched.nextClearBit(region + 1)) {
      long from = (long) region * LARGEST_CHUNK;
      assertThat(extents.dataFrom(from, from + LARGEST_CHUNK)).isEqualTo(from + LARGEST_CHUNK);
      assertThat(extents.holeFrom(from, SIZE)).isEqualTo(from);
    }
    assertThat(extents.allocated()).isGreaterThanOrEqualTo(nonZero(modelled.bytes));
  }

  private static void assertHolesAreZero(Extents extents, byte[] bytes, int from)
      throws IOException {
    for (long at = from; at < SIZE; ) {
      long data = extents.dataFrom(at, SIZE);
      long hole = extents.holeFrom(data, SIZE);
      assertThat(data).isBetween(at, (long) SIZE);
      assertThat(isZero(bytes, at, data)).as("hole from %s to %s", at, data).isTrue();
      assertThat(extents.dataFrom(hole, SIZE)).as("hole at %s", hole).isGreaterThanOrEqualTo(hole);
      assertThat(isZero(bytes, hole, Math.min(SIZE, hole + 1))).as("hole at %s", hole).isTrue();
      at = hole == data ? extents.dataFrom(hole + 1, SIZE) : hole; // a merge may have gone on
    }
  }

  /** What it must take at least: the sectors that are not zero. */
  private static long nonZero(byte[] bytes) {
    return LongStream.range(0, Sectors.in(SIZE))
            .map(Sectors::toBytes)
            .filter(at -> !isZero(bytes, at, at + Sectors.BYTES))
            .count()
        * Sectors.BYTES;
  }

  private static boolean isZero(byte[] bytes, long from, long to) {
    return Arrays.equals(bytes, (int) from, (int) to, ZEROES, 0, (int) (to - from));
  }

  private Modelled any() {
    return snapshots.get(random.nextInt(snapshots.size()));
  }

  private int position() {
    int position = random.nextInt(SIZE);
    return random.nextBoolean() ? position & -4096 : position;
  }

  private int length(int position) {
    return Math.min(1 + random.nextInt(50_000), SIZE - position);
  }
}
