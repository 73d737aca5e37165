package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An origin and its snapshots behave like so many byte arrays, whatever is done to them. */
class ModelTest {

  private static final int SEEDS = 150;
  private static final int STEPS = 250;
  private static final int LARGEST_REQUEST = 70_000;
  private static final int[] CHUNKS = {1, 2, 8, 16, 64, 512};
  private static final String[] TYPES = {"P", "PO", "N"};

  /** A snapshot, what it should read, and which bytes were written to it since its last flush. */
  private static final class Modelled {
    Snapshot snapshot;
    final byte[] bytes;
    final BitSet unflushed = new BitSet();

    Modelled(Snapshot snapshot, byte[] bytes) {
      this.snapshot = snapshot;
      this.bytes = bytes;
    }
  }

  private Random random = new Random();
  private Bench bench = Bench.create();
  private byte[] originModel = {};
  private final List<Modelled> snapshots = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void behaves_like_byte_arrays(long seed) throws Exception {
    random = new Random(seed);
    bench = Bench.ofSize((200 + random.nextInt(400)) * Sectors.BYTES);
    originModel = bench.before.clone();
    addSnapshot();
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    assertThat(Io.read(bench.volume)).isEqualTo(originModel);
    for (Modelled modelled : List.copyOf(snapshots)) {
      check(modelled, 0, originModel.length);
    }
  }

  private void step() throws IOException {
    switch (random.nextInt(16)) {
      case 0 -> {
        if (snapshots.size() < 5) {
          addSnapshot();
        }
      }
      case 1 -> {
        if (snapshots.size() > 3) {
          bench.origin.remove(snapshots.remove(random.nextInt(snapshots.size())).snapshot);
        }
      }
      case 2 -> reopenOne();
      case 3 -> discardOrigin();
      case 4 -> zeroOrigin();
      case 5, 6, 7, 8 -> writeOrigin();
      case 9, 10, 11 -> writeSnapshot();
      case 12 -> readOrigin();
      default -> readSnapshot();
    }
  }

  private void addSnapshot() throws IOException {
    int chunkSectors = CHUNKS[random.nextInt(CHUNKS.length)];
    String type = TYPES[random.nextInt(TYPES.length)];
    int chunks =
        3 + originModel.length / Sectors.BYTES / chunkSectors * (1 + random.nextInt(3)) / 2;
    RamDevice cow = new RamDevice((long) chunks * chunkSectors * Sectors.BYTES + 512);
    snapshots.add(new Modelled(bench.snapshot(cow, type, chunkSectors), originModel.clone()));
  }

  /** Opens a snapshot again as after kill -9, or after a flush. */
  private void reopenOne() throws IOException {
    Modelled modelled = any();
    if (modelled == null || modelled.snapshot.store().code().equals("N")) {
      return;
    }
    if (random.nextBoolean() && modelled.snapshot.valid()) {
      modelled.snapshot.flush();
      modelled.unflushed.clear();
    }
    boolean valid = modelled.snapshot.valid();
    modelled.snapshot = bench.reopen(modelled.snapshot, modelled.snapshot.store().code());
    assertThat(modelled.snapshot.valid()).isEqualTo(valid);
    if (!valid) {
      return;
    }
    byte[] now = Io.read(modelled.snapshot);
    for (int i = 0; i < now.length; i++) {
      if (now[i] != modelled.bytes[i]) {
        assertThat(modelled.unflushed.get(i)).as("byte %s was not flushed", i).isTrue();
      }
    }
    System.arraycopy(now, 0, modelled.bytes, 0, now.length);
    modelled.unflushed.clear();
  }

  private void writeOrigin() throws IOException {
    int position = position();
    byte[] bytes = Bench.bytes(length(position), random.nextLong());
    Io.write(bench.volume, position, bytes);
    System.arraycopy(bytes, 0, originModel, position, bytes.length);
  }

  private void zeroOrigin() throws IOException {
    int position = position();
    int length = length(position);
    bench.volume.zero(position, length);
    Arrays.fill(originModel, position, position + length, (byte) 0);
  }

  private void discardOrigin() throws IOException {
    int position = position();
    int length = length(position);
    long invalid = snapshots.stream().filter(each -> !each.snapshot.valid()).count();
    try {
      bench.volume.discard(position, length);
      Arrays.fill(originModel, position, position + length, (byte) 0);
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
    }
    assertThat(snapshots.stream().filter(each -> !each.snapshot.valid())).hasSize((int) invalid);
  }

  private void writeSnapshot() throws IOException {
    Modelled modelled = any();
    if (modelled == null) {
      return;
    }
    int position = position();
    byte[] bytes = Bench.bytes(length(position), random.nextLong());
    try {
      Io.write(modelled.snapshot, position, bytes);
      System.arraycopy(bytes, 0, modelled.bytes, position, bytes.length);
      modelled.unflushed.set(position, position + bytes.length);
    } catch (ErrnoException e) {
      assertThat(modelled.snapshot.status()).isIn("Invalid", "Overflow");
      adoptPartOf(bytes, modelled, position);
    }
  }

  /** A write that failed half-way has left each byte old or new. */
  private static void adoptPartOf(byte[] bytes, Modelled modelled, int position)
      throws IOException {
    if (!modelled.snapshot.valid()) {
      return;
    }
    byte[] now = Io.read(modelled.snapshot, position, bytes.length);
    for (int i = 0; i < now.length; i++) {
      if (now[i] != bytes[i]) {
        assertThat(now[i]).isEqualTo(modelled.bytes[position + i]);
      }
      modelled.bytes[position + i] = now[i];
    }
    modelled.unflushed.set(position, position + bytes.length);
  }

  private void readOrigin() throws IOException {
    int position = position();
    int length = length(position);
    assertThat(Io.read(bench.volume, position, length))
        .isEqualTo(Arrays.copyOfRange(originModel, position, position + length));
  }

  private void readSnapshot() throws IOException {
    Modelled modelled = any();
    if (modelled != null) {
      int position = position();
      check(modelled, position, length(position));
    }
  }

  private void check(Modelled modelled, int position, int length) throws IOException {
    if (!modelled.snapshot.valid()) {
      FullSnapshotTest.fails(Errno.EIO, () -> Io.read(modelled.snapshot, position, length));
      bench.origin.remove(modelled.snapshot);
      snapshots.remove(modelled);
      return;
    }
    assertThat(Io.read(modelled.snapshot, position, length))
        .isEqualTo(Arrays.copyOfRange(modelled.bytes, position, position + length));
  }

  private Modelled any() {
    return snapshots.isEmpty() ? null : snapshots.get(random.nextInt(snapshots.size()));
  }

  private int position() {
    int position = random.nextInt(originModel.length);
    return random.nextInt(3) == 0 ? position & -4096 : position;
  }

  private int length(int position) {
    int most = random.nextBoolean() ? 3000 : LARGEST_REQUEST;
    return Math.min(1 + random.nextInt(most), originModel.length - position);
  }
}
