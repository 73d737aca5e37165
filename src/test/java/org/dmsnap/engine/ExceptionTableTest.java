package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The exception table against a {@link HashMap}, with threads at once, and what memory it takes.
 */
class ExceptionTableTest {

  private static final long TEBIBYTE_CHUNKS = 1L << 28; // of 4 KiB
  private static final int CHUNKS = 30_000;

  /** Of an 8 EiB device, the largest that Linux has, in chunks of 512 bytes. */
  private static final long LARGEST_NEW_CHUNK = (1L << 54) - 1;

  private static final long EXCEPTIONS = Long.getLong("dmsnap.exceptions", 4_000_000);

  /** Where exceptions lie, and what memory an exception may take there. */
  enum Place {
    IN_ORDER(12, i -> i),
    SHUFFLED(12, i -> i * PRIME % EXCEPTIONS),
    SCATTERED_OVER_A_TEBIBYTE(32, i -> i * PRIME % TEBIBYTE_CHUNKS);

    final int mostBytes;
    final LongUnaryOperator chunk;

    Place(int mostBytes, LongUnaryOperator chunk) {
      this.mostBytes = mostBytes;
      this.chunk = chunk;
    }
  }

  private static final long PRIME = 179_424_691;

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void behaves_like_a_map(long seed) {
    Random random = new Random(seed);
    ExceptionTable table = new ExceptionTable(CHUNKS);
    Map<Long, Long> model = new HashMap<>();
    int range = 1 + random.nextInt(CHUNKS); // from one chunk again and again to hardly any twice
    for (int i = 0; i < CHUNKS; i++) {
      long chunk = random.nextInt(range);
      long newChunk = random.nextInt(8) == 0 ? LARGEST_NEW_CHUNK : random.nextInt(CHUNKS);
      if (random.nextInt(4) > 0) {
        boolean added = table.putIfAbsent(chunk, newChunk);
        assertThat(added).isEqualTo(model.putIfAbsent(chunk, newChunk) == null);
      } else {
        table.remove(chunk, model.getOrDefault(chunk, newChunk), 1);
        model.remove(chunk);
      }
    }

    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      assertThat(table.find(chunk)).isEqualTo(model.getOrDefault(chunk, ExceptionTable.NONE));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_is_loaded_is_as_if_it_had_been_added(long seed) {
    Random random = new Random(seed);
    ExceptionTable table = new ExceptionTable(CHUNKS);
    Map<Long, Long> model = new HashMap<>();
    int range = 1 + random.nextInt(CHUNKS);
    for (int i = 0; i < CHUNKS; i++) {
      long chunk = random.nextInt(range);
      assertThat(table.load(chunk, i)).isEqualTo(model.putIfAbsent(chunk, (long) i) == null);
    }
    table.trim();
    for (int i = 0; i < 1000; i++) { // pages with and without room are changed alike
      long chunk = random.nextInt(CHUNKS);
      assertThat(table.putIfAbsent(chunk, i)).isEqualTo(model.putIfAbsent(chunk, (long) i) == null);
    }

    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      assertThat(table.find(chunk)).isEqualTo(model.getOrDefault(chunk, ExceptionTable.NONE));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void the_next_with_and_the_next_without_an_exception_are_found(long seed) {
    Random random = new Random(seed);
    int chunks = 1 + random.nextInt(1 << 20); // up to four branches
    ExceptionTable table = new ExceptionTable(chunks);
    BitSet model = new BitSet();
    for (int run = random.nextInt(200); run > 0; run--) {
      int first = random.nextInt(chunks);
      int end = Math.min(chunks, first + 1 + random.nextInt(1 << random.nextInt(18)));
      for (int chunk = first; chunk < end; chunk++) {
        table.putIfAbsent(chunk, chunk);
      }
      model.set(first, end);
    }

    for (int i = 0; i < 10_000; i++) {
      int from = random.nextInt(chunks + 1);
      int end = from + random.nextInt(chunks + 1 - from);
      int with = model.nextSetBit(from);
      assertThat(table.next(true, from, end)).isEqualTo(with < 0 ? end : Math.min(end, with));
      assertThat(table.next(false, from, end)).isEqualTo(Math.min(end, model.nextClearBit(from)));
    }
  }

  @Test
  void only_the_exception_that_is_named_is_taken_back() {
    ExceptionTable table = new ExceptionTable(CHUNKS);
    table.putIfAbsent(7, 100);

    table.remove(7, 101, 1);
    table.remove(8, 100, 1);
    table.remove(6, 100, 100);

    assertThat(table.find(7)).isEqualTo(100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_a_run_those_that_are_its_own_are_taken_back(long seed) {
    Random random = new Random(seed);
    ExceptionTable table = new ExceptionTable(CHUNKS);
    Map<Long, Long> model = new HashMap<>();
    int shift = 1 + random.nextInt(3); // so many places on the COW device does a chunk have
    for (int i = 0; i < CHUNKS; i++) {
      long chunk = random.nextInt(1000);
      long newChunk = chunk + random.nextInt(shift);
      if (random.nextInt(100) > 0) {
        assertThat(table.putIfAbsent(chunk, newChunk))
            .isEqualTo(model.putIfAbsent(chunk, newChunk) == null);
      } else {
        long count = 1 + random.nextInt(300);
        table.remove(chunk, newChunk, count);
        for (long j = 0; j < count; j++) {
          model.remove(chunk + j, newChunk + j);
        }
      }
    }

    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      assertThat(table.find(chunk)).isEqualTo(model.getOrDefault(chunk, ExceptionTable.NONE));
    }
  }

  /** Each writer has every fourth chunk, so that they meet in every segment. */
  @Test
  void whoever_looks_up_finds_all_that_was_added_before_while_others_add() {
    int writers = 4;
    ExceptionTable table = new ExceptionTable(CHUNKS);
    AtomicLong[] added = new AtomicLong[writers];
    CompletableFuture<?>[] all = new CompletableFuture<?>[writers];
    for (int i = 0; i < writers; i++) {
      int writer = i;
      added[writer] = new AtomicLong(writer);
      all[writer] =
          CompletableFuture.runAsync(
              () -> {
                for (long chunk = writer; chunk < CHUNKS; chunk += writers) {
                  table.putIfAbsent(chunk, chunk + 1);
                  added[writer].set(chunk + writers);
                }
              },
              command -> new Thread(command).start());
    }

    Random random = new Random(1);
    CompletableFuture<Void> done = CompletableFuture.allOf(all);
    while (!done.isDone()) {
      int chunk = random.nextInt(CHUNKS);
      boolean before = chunk < added[chunk % writers].get();
      long found = table.find(chunk);
      assertThat(found == chunk + 1 || (!before && found == ExceptionTable.NONE)).isTrue();
    }
    done.join();
    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      assertThat(table.find(chunk)).isEqualTo(chunk + 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void takes_little_memory_for_an_exception(Place place) {
    long before = heap();

    ExceptionTable table = new ExceptionTable(8 * TEBIBYTE_CHUNKS); // room for chunks of 512 bytes
    for (long i = 0; i < EXCEPTIONS; i++) {
      table.putIfAbsent(place.chunk.applyAsLong(i), i);
    }

    assertThat(bytesEach(before, table, place)).isLessThan(place.mostBytes);
  }

  @ParameterizedTest
  @EnumSource
  void takes_as_little_when_loaded_and_at_most_twice_while_it_is(Place place) {
    long before = heap();

    ExceptionTable table = new ExceptionTable(8 * TEBIBYTE_CHUNKS);
    for (long i = 0; i < EXCEPTIONS; i++) {
      table.load(place.chunk.applyAsLong(i), i);
    }

    assertThat(bytesEach(before, table, place)).isLessThan(2 * place.mostBytes);
    table.trim();
    assertThat(bytesEach(before, table, place)).isLessThan(place.mostBytes);
  }

  private static double bytesEach(long before, ExceptionTable table, Place place) {
    long kept = heap() - before;
    assertThat(table.find(place.chunk.applyAsLong(EXCEPTIONS - 1))).isNotNegative();
    return (double) kept / EXCEPTIONS;
  }

  @Test
  void allocates_nothing_for_a_look_up() {
    ExceptionTable table = new ExceptionTable(CHUNKS);
    for (long chunk = 0; chunk < CHUNKS; chunk += 2) {
      table.putIfAbsent(chunk, chunk);
    }
    long found = 0;
    long before = allocated();
    before = allocated(); // the first call may have allocated itself

    for (long chunk = 0; chunk < CHUNKS; chunk++) {
      found += table.find(chunk);
    }

    assertThat(allocated() - before).isLessThan(CHUNKS);
    assertThat(found).isPositive();
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
