package org.dmsnap.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A pool in a temporary directory, and what tests do to it. */
abstract class PoolFixture {

  static final int MIB = 1 << 20;

  @TempDir Path directory;
  EventLog log = new EventLog();
  Pool pool;

  Pool open() throws IOException {
    return open(PoolOptions.DEFAULT);
  }

  Pool open(PoolOptions options) throws IOException {
    FileDirectory locked = FileDirectory.lock(directory, options.readOnly());
    try {
      pool = Pool.open(locked, options, log, StallListener.NONE);
      return pool;
    } catch (IOException | RuntimeException e) {
      locked.close();
      throw e;
    }
  }

  Pool reopen() throws IOException {
    pool.close();
    return open();
  }

  static PoolOptions readOnly() {
    return new PoolOptions(true, false, 70, 20, PoolOptions.DEFAULT.overflow());
  }

  @AfterEach
  void close() throws IOException {
    if (pool != null) {
      pool.close();
    }
  }

  void snapshot(String name, String origin, long cowBytes, String type) throws IOException {
    pool.snapshot(
        new SnapshotRequest(
            name,
            origin,
            cowBytes,
            ExceptionStoreType.of(type),
            16,
            EnumSet.noneOf(Feature.class)));
  }

  Device device(String name) {
    Device device = pool.device(name);
    if (device == null) {
      throw new AssertionError("no device " + name);
    }
    return device;
  }

  void write(String name, long position, int value, int length) throws IOException {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    device(name).write(position, NativeBuffer.copyOf(bytes), length);
  }

  byte[] read(String name, long position, int length) throws IOException {
    NativeBuffer buffer = NativeBuffer.allocate(length);
    device(name).read(position, buffer, length);
    byte[] bytes = new byte[length];
    buffer.seek(0).get(bytes, 0, length);
    return bytes;
  }

  List<String> names() {
    return pool.devices().stream().map(Device::name).toList();
  }

  List<String> files() throws IOException {
    try (var list = Files.list(directory)) {
      return list.map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  /** The table, but for which volumes they are that it lists. */
  String table() throws IOException {
    return wholeTable().replaceAll("(?m)^# dmsnap: identity .*\n", "");
  }

  String wholeTable() throws IOException {
    return Files.readString(directory.resolve(PoolFiles.TABLE));
  }

  void table(String text) throws IOException {
    Files.writeString(directory.resolve(PoolFiles.TABLE), text);
  }

  String logged() {
    return String.join("\n", log.events().stream().map(EventLog.Event::text).toList());
  }
}
