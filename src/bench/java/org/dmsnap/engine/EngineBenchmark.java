package org.dmsnap.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests of 4 KiB to the targets without FUSE, on files in the directory that the property {@code
 * dmsnap.bench.directory} names. {@code bare} is the file alone: what is above it is the engine's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class EngineBenchmark {

  private static final int REQUEST = 4096;
  private static final int SIZE = 64 << 20;
  private static final int CHUNK_SECTORS = 16;
  private static final long STRIDE = 7919; // requests; a prime

  /** What the requests go to. */
  @Param({"bare", "origin", "untouched", "excepted"})
  public String role;

  private final NativeBuffer buffer = NativeBuffer.allocate(SIZE);
  private final NativeBuffer window = new NativeBuffer();
  private Path path;
  private FileDirectory directory;
  private BlockDevice image;
  private BlockDevice cow;
  private Target target;
  private long request;

  /** Makes the files, and writes over all of them where that is the role. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    Path parent = Path.of(System.getProperty("dmsnap.bench.directory", "/dev/shm"));
    path = Files.createTempDirectory(parent, "dmsnap-bench");
    directory = FileDirectory.open(path);
    image = directory.create("image", SIZE);
    cow = directory.create("cow", 2L * SIZE);
    image.write(0, buffer.seek(0), SIZE);
    target = target();
    if (!role.equals("bare")) {
      target.write(0, buffer.seek(0), role.equals("untouched") ? 0 : SIZE);
    }
  }

  private Target target() throws IOException {
    if (role.equals("bare")) {
      return new Linear(image);
    }
    Origin origin = new Origin(image, OverflowPolicy.INVALIDATE, StallListener.NONE);
    Snapshot snapshot =
        Snapshot.open(
            origin,
            CowFile.alone(cow),
            ExceptionStoreType.of("P"),
            CHUNK_SECTORS,
            Set.of(),
            new RecordedEvents());
    origin.add(snapshot);
    return role.equals("origin") ? new SnapshotOrigin(origin) : snapshot;
  }

  /** Deletes the files. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    image.close();
    cow.close();
    directory.delete("image");
    directory.delete("cow");
    directory.close();
    Files.delete(path);
  }

  /** One read, somewhere else than the one before. */
  @Benchmark
  public void read() throws IOException {
    long position = next();
    target.read(position, window.wrap(buffer.seek(0).address(), REQUEST), REQUEST);
  }

  /** One write, which is a first one to nothing but an untouched snapshot, and there only once. */
  @Benchmark
  public void write() throws IOException {
    long position = next();
    target.write(position, window.wrap(buffer.seek(0).address(), REQUEST), REQUEST);
  }

  private long next() {
    request = (request + STRIDE) % (SIZE / REQUEST);
    return request * REQUEST;
  }
}
