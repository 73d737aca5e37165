package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Mutator;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.stream.RbdDiff;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams that were damaged, cut, reordered, or lie: an error in words, and nothing in the pool
 * changes; or, where the whole trailer is gone and all else is right, a volume that is what the
 * stream says.
 */
class BadStreamTest {

  private static final Figures FIGURES = new Figures(BadStreamTest.class);
  private static final int SEEDS = 20;
  private static final int STREAMS = 500; // for each
  private static final List<String> NAMES =
      List.of("monday", "tuesday", "../monday", "a/b", "a\nb", "\u0000", "-x", "ctl", "é", "x");
  private static final long[] ODD = {
    0,
    1,
    -1,
    511,
    512,
    1L << 31,
    1L << 32,
    1L << 62,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 511,
    Long.MIN_VALUE,
    StreamDisk.BYTES,
    StreamDisk.BYTES - 1,
    StreamDisk.BYTES + 512
  };

  static LongStream seeds() {
    return Seeds.usually(SEEDS);
  }

  @AfterAll
  static void figures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_damaged_stream_changes_nothing(long seed) throws IOException {
    Mutator mutator = new Mutator(seed);
    StreamDisk pool = StreamDisk.of(mutator.random());
    byte[] whole = pool.whole();
    byte[] increment = pool.increment(mutator.random());
    for (int i = 0; i < STREAMS / 2; i++) {
      boolean first = mutator.random().nextInt(4) == 0;
      byte[] right = first ? whole : increment;
      byte[] stream = mutator.mutate(right, 100, first ? increment : whole);
      attempt(pool, stream, Arrays.equals(stream, right));
    }
    pool.receive("new", increment);
    assertThat(pool.read("new")).isEqualTo(RbdDiff.read(increment).over(pool.monday));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_stream_that_lies_changes_nothing(long seed) throws IOException {
    Random random = new Random(seed);
    StreamDisk pool = StreamDisk.of(random);
    for (int i = 0; i < STREAMS / 2; i++) {
      attempt(pool, lie(random), false);
    }
  }

  /** Records of all kinds in any order, with numbers that are odd, and often no lie at all. */
  private static byte[] lie(Random random) {
    RbdDiff stream = new RbdDiff();
    if (random.nextInt(3) > 0) {
      stream.name('f', NAMES.get(random.nextInt(random.nextBoolean() ? 2 : NAMES.size())));
    }
    if (random.nextInt(3) > 0) {
      stream.name('t', NAMES.get(random.nextInt(NAMES.size())));
    }
    stream.size(random.nextInt(4) > 0 ? StreamDisk.BYTES : odd(random));
    for (int records = random.nextInt(6); records > 0; records--) {
      switch (random.nextInt(8)) {
        case 0 -> stream.zeroes(odd(random), odd(random));
        case 1 -> stream.zeroes(random.nextInt(StreamDisk.BYTES), odd(random));
        case 2 -> stream.tag('w').number(random.nextInt(9000)).number(odd(random));
        case 3 -> stream.name('f', "monday");
        case 4 -> stream.tag((char) random.nextInt(256));
        default -> stream.data(random.nextInt(StreamDisk.BYTES), new byte[random.nextInt(9000)]);
      }
    }
    return random.nextBoolean()
        ? stream.end()
        : stream.end(StreamDisk.TUESDAY, random.nextBoolean() ? StreamDisk.MONDAY : "");
  }

  private static long odd(Random random) {
    return ODD[random.nextInt(ODD.length)];
  }

  /** Receives it; {@code right} if it has to succeed. */
  private static void attempt(StreamDisk pool, byte[] stream, boolean right) throws IOException {
    List<Object> before = pool.state();
    try {
      pool.receive("new", stream);
    } catch (ErrnoException refused) {
      FIGURES.count("refused");
      assertThat(right).as(refused.getMessage()).isFalse();
      assertThat(refused.getMessage()).isNotBlank();
      assertThat(pool.state()).isEqualTo(before);
      return;
    }
    FIGURES.count("accepted");
    RbdDiff.Read read = RbdDiff.read(stream);
    byte[] base = read.from().isEmpty() ? new byte[0] : pool.monday;
    assertThat(pool.read("new")).isEqualTo(read.over(base));
    assertThat(pool.read("monday")).isEqualTo(pool.monday);
    pool.pool().remove("new");
    assertThat(pool.state()).isEqualTo(before);
  }
}
