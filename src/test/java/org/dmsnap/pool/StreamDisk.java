package org.dmsnap.pool;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.ReceptionRequest;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.stream.RbdDiff;
import org.jspecify.annotations.Nullable;

/** A pool in memory that received Monday, and streams of what came then. */
final class StreamDisk {

  static final int BYTES = 256 << 10;
  static final String MONDAY = "00000000-0000-4000-8000-00000000000a";
  static final String TUESDAY = "00000000-0000-4000-8000-00000000000b";

  final VolatileDirectory disk;
  final byte[] monday;
  private @Nullable Pool pool;

  private StreamDisk(VolatileDirectory disk, byte[] monday) {
    this.disk = disk;
    this.monday = monday;
  }

  /** One whose content comes from {@code random}. */
  static StreamDisk of(Random random) throws IOException {
    byte[] monday = new byte[BYTES];
    random.nextBytes(monday);
    StreamDisk made = new StreamDisk(new VolatileDirectory(), monday);
    made.open();
    made.receive("monday", made.whole());
    return made;
  }

  /** The same pool on what is left of its disk. */
  StreamDisk on(VolatileDirectory left) throws IOException {
    StreamDisk made = new StreamDisk(left, monday);
    made.open();
    return made;
  }

  private void open() throws IOException {
    pool = Pool.open(disk, PoolOptions.DEFAULT, new EventLog(), StallListener.NONE);
  }

  Pool pool() {
    Pool open = pool;
    if (open == null) {
      throw new AssertionError("not open");
    }
    return open;
  }

  /** Monday, whole. */
  byte[] whole() {
    return RbdDiff.whole("monday", BYTES).data(0, monday).end(MONDAY, "");
  }

  /** What changed until Tuesday. */
  byte[] increment(Random random) {
    RbdDiff stream = RbdDiff.between("monday", "tuesday", BYTES);
    int at = random.nextInt(10_000);
    while (at < BYTES - 30_000) {
      byte[] data = new byte[1 + random.nextInt(random.nextBoolean() ? 30 : 20_000)];
      random.nextBytes(data);
      if (random.nextInt(3) == 0) {
        stream.zeroes(at, data.length);
      } else {
        stream.data(at, data);
      }
      at += data.length + random.nextInt(20_000);
    }
    return stream.end(TUESDAY, MONDAY);
  }

  void receive(String name, byte[] stream) throws IOException {
    try (Receiving receiving =
        pool().streams().receive(new ReceptionRequest(name, null, false, false))) {
      receiving.accept(stream, 0, stream.length);
      receiving.finish();
    }
  }

  void snapshot(String name) throws IOException {
    pool()
        .snapshot(
            new SnapshotRequest(name, "monday", BYTES, ExceptionStoreType.of("P"), 16, Set.of()));
  }

  byte[] read(String name) throws IOException {
    Device device = pool().device(name);
    if (device == null) {
      throw new AssertionError("no device " + name);
    }
    byte[] bytes = new byte[(int) device.size()];
    NativeBuffer buffer = NativeBuffer.copyOf(bytes);
    device.read(0, buffer, bytes.length);
    buffer.seek(0).get(bytes, 0, bytes.length);
    return bytes;
  }

  void write(String name, long position, int value) throws IOException {
    byte[] bytes = new byte[512];
    Arrays.fill(bytes, (byte) value);
    Device device = pool().device(name);
    if (device != null) {
      device.write(position, NativeBuffer.copyOf(bytes), bytes.length);
    }
  }

  /** What there is to be seen of the pool, and of its files. */
  List<Object> state() throws IOException {
    List<String> names = pool().devices().stream().map(Device::name).toList();
    String table = String.valueOf(disk.readText(PoolFiles.TABLE));
    return List.of(names, table, disk.list());
  }
}
