package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;

/** A pool in dmsnap's own hands, opened. Every change is made to the model, too. */
final class Here implements Closeable {

  /** Some change to a volume. */
  private interface Change {
    void run() throws IOException;
  }

  private final Model model;
  private final Power power = new Power();
  private final Pool pool;

  Here(Path directory, boolean readOnly, Model model) throws IOException {
    this.model = model;
    // the kernel changes images behind dmsnap's back, and snapshots are to fill up
    PoolOptions options = new PoolOptions(readOnly, true, 100, 20, OverflowPolicy.INVALIDATE);
    pool =
        Pool.open(
            power.of(FileDirectory.lock(directory, readOnly)),
            options,
            new EventLog(),
            StallListener.NONE);
  }

  /** What the volumes of a pool say and hold; all of it must be as {@code model} has it. */
  static Seen look(Path directory, Model model) throws IOException {
    try (Here here = new Here(directory, true, model)) {
      Map<String, byte[]> read = new TreeMap<>();
      Seen seen = new Seen();
      for (String name : model.names()) {
        Device device = here.device(name);
        byte[] bytes = read(device);
        if (bytes != null) {
          read.put(name, bytes);
        }
        seen.content().put(name, bytes == null ? "" : sha256(bytes));
        seen.status().put(name, comparable(device.status()));
      }
      model.check(read);
      return seen;
    }
  }

  /** A merge's status line in the words of a snapshot's, whose numbers are the same. */
  static String comparable(String status) {
    return status.replace("snapshot-merge", "snapshot").strip();
  }

  void create(String origin, int bytes) throws IOException {
    pool.create(origin, bytes);
    model.create(origin, bytes);
  }

  void snapshot(String name, long cowBytes, String type, int chunkSectors) throws IOException {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    if (type.equals("PO")) {
      features.add(Feature.DISCARD_ZEROES_COW);
    }
    pool.snapshot(
        new SnapshotRequest(
            name,
            Model.originOf(name),
            cowBytes,
            ExceptionStoreType.of(type),
            chunkSectors,
            features));
    model.snapshot(name);
  }

  void remove(String snapshot) throws IOException {
    pool.remove(snapshot);
    model.remove(snapshot);
  }

  /** Begins a merge; it may or may not have ended when the pool is closed. */
  void merge(String snapshot) throws IOException {
    pool.merge(snapshot, false);
    model.merge(snapshot);
  }

  boolean merging(String origin) {
    return pool.volumes().stream().anyMatch(it -> it.name().equals(origin) && it.merging());
  }

  /** Lets {@code more} changes to files happen and no further one. */
  void powerOffAfter(long more) {
    power.offAfter(more);
  }

  boolean powerOff() {
    return power.off();
  }

  void write(Model.Range range, byte[] data, int source) throws IOException {
    NativeBuffer buffer = NativeBuffer.allocate(range.length());
    buffer.put(data, source, range.length());
    Device device = device(range.volume());
    boolean done =
        change(range, () -> device.write(range.position(), buffer.seek(0), range.length()));
    if (done) {
      model.write(range, data, source);
    }
  }

  void zero(Model.Range range) throws IOException {
    if (change(range, () -> device(range.volume()).zero(range.position(), range.length()))) {
      model.zero(range);
    }
  }

  void discard(Model.Range range) throws IOException {
    if (change(range, () -> device(range.volume()).discard(range.position(), range.length()))) {
      model.zero(range);
    }
  }

  /** Whether it was done, durably; a failure must have a reason. */
  private boolean change(Model.Range range, Change change) throws IOException {
    try {
      change.run();
      device(range.volume()).flush();
      return true;
    } catch (ErrnoException failure) {
      if (failure.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      boolean expected = power.off() || range.volume().contains("tiny");
      assertThat(expected).as("%s: %s", range, failure).isTrue();
      model.failed(range);
      return false;
    }
  }

  private Device device(String name) {
    Device device = pool.device(name);
    assertThat(device).as("the device %s", name).isNotNull();
    return device;
  }

  private static byte[] read(Device device) throws IOException {
    int size = (int) device.size();
    NativeBuffer buffer = NativeBuffer.allocate(size);
    try {
      device.read(0, buffer, size);
    } catch (ErrnoException failure) {
      assertThat(failure.errno()).isEqualTo(Errno.EIO);
      return null;
    }
    byte[] bytes = new byte[size];
    buffer.seek(0).get(bytes, 0, size);
    return bytes;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      pool.close();
    } catch (ErrnoException failure) {
      assertThat(power.off()).as("%s", failure).isTrue();
    }
  }
}
