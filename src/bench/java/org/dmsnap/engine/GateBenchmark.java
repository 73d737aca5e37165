package org.dmsnap.engine;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Requests of a few microseconds on two threads, with and without the gate that they pass. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Threads(2)
public class GateBenchmark {

  private static final int WORK = 1000;

  private final Gate gate = new Gate(StallListener.NONE);

  /** The request alone. */
  @Benchmark
  public void free() {
    Blackhole.consumeCPU(WORK);
  }

  /** The request within the gate. */
  @Benchmark
  public void gated() {
    long stamp = gate.enterView();
    Blackhole.consumeCPU(WORK);
    gate.leaveView(stamp);
  }
}
