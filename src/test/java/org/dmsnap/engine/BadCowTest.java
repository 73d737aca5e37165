package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Mutator;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.store.CowCheck;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.CowReader;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.store.Finding;
import org.dmsnap.store.Finding.Severity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * COW devices of the kernel's, damaged: whatever is on one, loading, checking and dumping it ends
 * in an error in words or in the right answer, and touches nothing outside it.
 */
class BadCowTest {

  private static final Figures FIGURES = new Figures(BadCowTest.class);
  private static final int EACH = 250;
  private static final int LARGEST = 300 << 10;
  private static final int HOT = 12 << 10;
  private static final int ORIGIN = 1 << 20;
  private static final byte[] IMAGE = Bench.bytes(ORIGIN, 7);

  private static final List<byte[]> GOOD = good();

  static LongStream seeds() {
    return Seeds.usually(12);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(60)
  void is_an_error_in_words_or_the_right_answer(long seed) throws Exception {
    Mutator mutator = new Mutator(seed);
    for (int i = 0; i < EACH; i++) {
      byte[] bad = mutator.mutate(mutator.one(GOOD), HOT, mutator.one(GOOD));
      Map<Long, Long> expected = model(bad);
      List<Finding> found = checked(bad);
      assertThat(problems(found).stream().noneMatch(it -> !it.contains("is not the first")))
          .as("seed %d, device %d: %s", seed, i, found)
          .isEqualTo(expected != null && !blank(bad));
      dumped(bad, expected);
      loaded(bad, expected, mutator.random());
      FIGURES.count("devices");
    }
  }

  private static List<Finding> checked(byte[] bad) {
    RamDevice cow = watched(bad);
    List<Finding> found = new ArrayList<>();

    CowCheck.check("cow", cow, 0, ORIGIN, found::add);

    assertThat(found).noneMatch(it -> it.severity() == Severity.UNREADABLE);
    assertThat(cow.content()).isEqualTo(bad);
    return found;
  }

  private static List<String> problems(List<Finding> found) {
    return found.stream()
        .filter(it -> it.severity() == Severity.PROBLEM)
        .map(Finding::text)
        .toList();
  }

  private static void dumped(byte[] bad, Map<Long, Long> expected) {
    RamDevice cow = watched(bad);
    AtomicLong seen = new AtomicLong();
    try {
      CowReader reader = CowReader.of(cow, DiskHeader.of(cow));
      long exceptions = reader.forEach((oldFirst, newFirst, count) -> seen.addAndGet(count));
      assertThat(seen).hasValue(exceptions);
      assertThat(reader.usage().metadataSectors()).isPositive();
      if (expected != null && reader.header().isValid()) {
        assertThat(exceptions).isGreaterThanOrEqualTo(expected.size());
      }
    } catch (IOException refused) {
      assertInWords(refused);
    }
    assertThat(cow.content()).isEqualTo(bad);
  }

  private static void loaded(byte[] bad, Map<Long, Long> expected, Random random)
      throws IOException {
    RamDevice cow = watched(bad);
    RamDevice image = new RamDevice(IMAGE);
    Origin origin = new Origin(image, OverflowPolicy.INVALIDATE, StallListener.NONE);
    Snapshot snapshot;
    try {
      snapshot = open(origin, cow);
    } catch (IOException refused) {
      assertInWords(refused);
      assertThat(expected).as("refused: %s", refused.getMessage()).isNull();
      assertThat(cow.content()).isEqualTo(bad);
      return;
    }
    assertThat(expected).isNotNull();
    assertThat(snapshot.status()).matches("Invalid|\\d+/\\d+ \\d+");
    if (!snapshot.valid()) {
      return;
    }
    for (int chunk = 0; chunk < 3; chunk++) {
      compare(snapshot, bad, expected, random.nextInt(ORIGIN));
    }
    expected.keySet().stream().limit(3).forEach(it -> compareChunk(snapshot, bad, expected, it));
    used(origin, snapshot, cow, random);
    assertThat(image.content()).isEqualTo(IMAGE);
  }

  private static Snapshot open(Origin origin, RamDevice cow) throws IOException {
    EnumSet<Feature> none = EnumSet.noneOf(Feature.class);
    return Snapshot.open(
        origin, CowFile.alone(cow), ExceptionStoreType.of("P"), 1, none, new RecordedEvents());
  }

  private static void compareChunk(
      Snapshot snapshot, byte[] bad, Map<Long, Long> expected, long chunk) {
    try {
      compare(snapshot, bad, expected, snapshot.chunkSize().positionOf(chunk));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void compare(
      Snapshot snapshot, byte[] bad, Map<Long, Long> expected, long position) throws IOException {
    Long chunk = expected.get(snapshot.chunkSize().chunkOf(position));
    int length =
        Math.min(ORIGIN - (int) position, snapshot.chunkSize().lengthWithin(position, 700));
    int offset = snapshot.chunkSize().offsetIn(position);
    byte[] in = chunk == null ? IMAGE : bad;
    int at = (int) (chunk == null ? position : snapshot.chunkSize().positionOf(chunk) + offset);

    assertThat(Io.read(snapshot, position, length))
        .isEqualTo(Arrays.copyOfRange(in, at, at + length));
  }

  /** It works like any other from then on: what is written is read, before and after a reload. */
  private static void used(Origin origin, Snapshot snapshot, RamDevice cow, Random random)
      throws IOException {
    byte[] written = Bench.bytes(1500, random.nextLong());
    int position = random.nextInt(ORIGIN - written.length);
    try {
      Io.write(snapshot, position, written);
      snapshot.flush();
    } catch (ErrnoException full) {
      assertInWords(full);
      return;
    }
    assertThat(Io.read(snapshot, position, written.length)).isEqualTo(written);
    Snapshot again = open(origin, cow);
    assertThat(Io.read(again, position, written.length)).isEqualTo(written);
    assertThat(again.status()).isEqualTo(snapshot.status());
  }

  private static void assertInWords(IOException refused) {
    assertThat(refused).isInstanceOf(ErrnoException.class);
    assertThat(refused.getMessage()).contains(" ").doesNotContain("null", "\n", "past the end");
  }

  /** A device that nobody may reach beyond. */
  private static RamDevice watched(byte[] content) {
    RamDevice device = new RamDevice(content);
    device.onEach(
        (operation, position, length) ->
            assertThat(position >= 0 && length >= 0 && position <= device.size() - length)
                .as("%s of %d bytes at %d of %d", operation, length, position, device.size())
                .isTrue());
    return device;
  }

  private static boolean blank(byte[] cow) {
    return cow.length >= 16 && buffer(cow).getInt(0) == 0;
  }

  /** The exceptions of a device, the first for each chunk; null if it must be refused. */
  private static Map<Long, Long> model(byte[] cow) {
    ByteBuffer bytes = buffer(cow);
    Map<Long, Long> exceptions = new LinkedHashMap<>();
    if (cow.length < 512) {
      return null;
    }
    if (bytes.getInt(0) == 0) {
      return cow.length < 1024 ? null : exceptions;
    }
    int sectors = bytes.getInt(12);
    boolean legal = Integer.bitCount(sectors) == 1 && sectors > 0 && sectors <= 1 << 21;
    if (bytes.getInt(0) != 0x70416e53 || bytes.getInt(8) != 1 || !legal) {
      return null;
    }
    return bytes.getInt(4) == 0 || records(bytes, sectors * 512L, exceptions) ? exceptions : null;
  }

  private static boolean records(ByteBuffer bytes, long chunk, Map<Long, Long> exceptions) {
    long chunks = bytes.capacity() / chunk;
    long stride = chunk / 16 + 1;
    for (long area = 1; area < chunks; area += stride) {
      for (long at = area * chunk; at < (area + 1) * chunk; at += 16) {
        long oldChunk = bytes.getLong((int) at);
        long newChunk = bytes.getLong((int) at + 8);
        if (newChunk == 0) {
          return true;
        }
        boolean data = newChunk > 1 && newChunk < chunks && newChunk % stride != 1;
        if (!data || oldChunk < 0 || oldChunk > (ORIGIN - 1) / chunk) {
          return false;
        }
        exceptions.putIfAbsent(oldChunk, newChunk);
      }
    }
    return false;
  }

  private static ByteBuffer buffer(byte[] cow) {
    return ByteBuffer.wrap(cow).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The beginnings of all COW devices that the kernel left, as small as the tests are fast. */
  private static List<byte[]> good() {
    try (Stream<Path> files = Files.walk(Path.of("src/test/resources/golden"))) {
      List<byte[]> all = new ArrayList<>();
      for (Path file : files.filter(it -> it.toString().matches(".*/cow.*gz")).sorted().toList()) {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          all.add(in.readNBytes(LARGEST));
        }
      }
      return all;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
