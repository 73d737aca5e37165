package org.dmsnap.engine;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Look-ups in exception tables of several sizes, all over them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class ExceptionTableBenchmark {

  private static final long STRIDE = 7919; // a prime

  /** How many exceptions; the origin has twice as many chunks. */
  @Param({"1000", "100000", "10000000"})
  public long exceptions;

  private ExceptionTable table;
  private long chunk;

  /** Every other chunk has an exception. */
  @Setup(Level.Trial)
  public void fill() {
    table = new ExceptionTable(2 * exceptions);
    for (long i = 0; i < exceptions; i++) {
      table.putIfAbsent(2 * i, i);
    }
  }

  /** Half of the look-ups find one. */
  @Benchmark
  public long find() {
    chunk = (chunk + STRIDE) % (2 * exceptions);
    return table.find(chunk);
  }
}
