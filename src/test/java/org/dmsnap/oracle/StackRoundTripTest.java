package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.engine.StallListener;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Snapshots of snapshots in the kernel, by the very tables that {@code ctl/table} shows: it sees
 * what was written here at every level, is written to at every level, and is seen here again.
 */
class StackRoundTripTest {

  private static final int SECTOR = 512;
  private static final int SIZE = 1501 * SECTOR;
  private static final int MOST_SECTORS = 60;
  private static final int TURNS = 2;
  private static final int CHANGES = 30;

  /** Each snapshot, and what it is one of. */
  private static final List<List<String>> TREE =
      List.of(
          List.of("s1", "base"),
          List.of("s2", "s1"),
          List.of("sibling", "base"),
          List.of("s3", "s2"),
          List.of("beside", "s1"));

  @TempDir Path directory;

  private final Map<String, byte[]> model = new TreeMap<>();
  private final byte[] data = new byte[1 << 20];
  private Random random;
  private Path pool;

  @BeforeEach
  void needsAKernel() {
    assumeTrue(Kernel.missing().isEmpty(), Kernel.missing());
  }

  static LongStream seeds() {
    return Seeds.during("dmsnap.oracle.minutes", 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void what_either_wrote_at_any_level_the_other_reads_the_same(long seed) throws Exception {
    random = new Random(seed);
    random.nextBytes(data);
    pool = Files.createDirectory(directory.resolve("pool" + seed));
    begin();
    for (int turn = 0; turn < TURNS; turn++) {
      Map<String, String> lines = here();
      List<Change> changes = changes();
      List<String> seen = new Kernel(directory).run(disks(lines), data, script(lines, changes));
      assertKernelSaw(seen, changes);
    }
    here();
  }

  /** A write of {@code length} bytes, which are in the data from {@code source}. */
  private record Change(String volume, int position, int length, int source) {}

  private Change change() {
    List<String> names = List.copyOf(model.keySet());
    int sectors = 1 + random.nextInt(MOST_SECTORS);
    int first = random.nextInt(SIZE / SECTOR - sectors);
    int source = random.nextInt(data.length / SECTOR - MOST_SECTORS) * SECTOR;
    String name = names.get(random.nextInt(names.size()));
    return new Change(name, first * SECTOR, sectors * SECTOR, source);
  }

  private List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    for (int n = 0; n < CHANGES; n++) {
      changes.add(change());
    }
    return changes;
  }

  private void made(Change change) {
    System.arraycopy(data, change.source, model.get(change.volume), change.position, change.length);
  }

  private Pool open() throws IOException {
    PoolOptions options = new PoolOptions(false, true, 100, 20, OverflowPolicy.INVALIDATE);
    return Pool.open(FileDirectory.lock(pool, false), options, new EventLog(), StallListener.NONE);
  }

  /** Makes the tree, each after some writes. */
  private void begin() throws IOException {
    try (Pool open = open()) {
      open.create("base", SIZE);
      model.put("base", new byte[SIZE]);
      for (List<String> snapshot : TREE) {
        write(open, changes());
        String name = snapshot.get(0);
        open.snapshot(
            new SnapshotRequest(
                name,
                snapshot.get(1),
                4L * SIZE,
                ExceptionStoreType.of(random.nextBoolean() ? "P" : "PO"),
                1 << random.nextInt(6),
                Set.of()));
        model.put(name, model.get(snapshot.get(1)).clone());
      }
    }
  }

  private void write(Pool open, List<Change> changes) throws IOException {
    for (Change change : changes) {
      NativeBuffer buffer = NativeBuffer.allocate(change.length);
      buffer.put(data, change.source, change.length);
      device(open, change.volume).write(change.position, buffer.seek(0), change.length);
      made(change);
    }
  }

  /** Compares, writes, and compares again; answers the tables of all devices. */
  private Map<String, String> here() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (Pool open = open()) {
      compare(open);
      write(open, changes());
      compare(open);
      open.devices().forEach(device -> lines.put(device.name(), device.table()));
    }
    return lines;
  }

  private void compare(Pool open) throws IOException {
    for (var volume : model.entrySet()) {
      NativeBuffer buffer = NativeBuffer.allocate(SIZE);
      device(open, volume.getKey()).read(0, buffer, SIZE);
      byte[] bytes = new byte[SIZE];
      buffer.seek(0).get(bytes, 0, SIZE);
      assertThat(Arrays.mismatch(bytes, volume.getValue()))
          .as("the first byte of %s that is not what was written", volume.getKey())
          .isEqualTo(-1);
    }
  }

  private static Device device(Pool open, String name) {
    Device device = open.device(name);
    assertThat(device).as("the device %s", name).isNotNull();
    return device;
  }

  private List<Path> disks(Map<String, String> lines) {
    return lines.values().stream()
        .filter(line -> line.contains(" linear "))
        .map(line -> pool.resolve(line.split(" ")[3]))
        .toList();
  }

  /** The devices from the bottom to the top, and origins when all of their snapshots are there. */
  private List<String> script(Map<String, String> lines, List<Change> changes) {
    List<String> script = new ArrayList<>();
    int disk = 0;
    for (var line : lines.entrySet()) {
      if (line.getValue().contains(" linear ")) {
        String table = line.getValue().replaceFirst("linear \\S+", "linear " + Kernel.disk(disk++));
        script.add("device " + line.getKey() + " '" + table + "'");
      }
    }
    for (List<String> snapshot : TREE) {
      String name = lines.containsKey(snapshot.get(0) + "-real") ? "-real" : "";
      addDevice(script, snapshot.get(0) + name, lines);
    }
    lines.forEach(
        (name, line) -> {
          if (line.contains(" snapshot-origin ")) {
            addDevice(script, name, lines);
          }
        });
    model.keySet().forEach(name -> script.add("content " + name));
    script.add("echo turn");
    changes.forEach(
        put ->
            script.add(
                "put %s %d %d %d".formatted(put.volume, put.position, put.length, put.source)));
    model.keySet().forEach(name -> script.add("content " + name));
    return script;
  }

  private static void addDevice(List<String> script, String name, Map<String, String> lines) {
    String table = lines.get(name).replaceAll("([^ ]+-(real|cow))", "/dev/mapper/$1");
    script.add("device " + name + " '" + table + "'");
  }

  private void assertKernelSaw(List<String> output, List<Change> changes) {
    List<String> expected = new ArrayList<>(contents());
    expected.add("turn");
    changes.forEach(this::made);
    expected.addAll(contents());
    expected.add("end");
    assertThat(output).isEqualTo(expected);
  }

  private List<String> contents() {
    return model.entrySet().stream()
        .map(volume -> "content " + volume.getKey() + " " + Here.sha256(volume.getValue()))
        .toList();
  }
}
