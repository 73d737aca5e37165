package org.dmsnap.engine;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;

/** One origin of random bytes on a RAM disk, and what a test wants to put on top of it. */
final class Bench {

  /** Bytes in a chunk of 8 sectors. */
  static final int CHUNK = 4096;

  /** Bytes in the origin. */
  static final int SIZE = 1 << 20;

  final RamDevice image;
  final Origin origin;
  final SnapshotOrigin volume;
  final RecordedEvents events = new RecordedEvents();

  /** What the origin held at the start. */
  final byte[] before;

  private Bench(int size, OverflowPolicy overflow) {
    before = bytes(size, 42);
    image = new RamDevice(before);
    origin = new Origin(image, overflow, StallListener.NONE);
    volume = new SnapshotOrigin(origin);
  }

  static Bench create() {
    return new Bench(SIZE, OverflowPolicy.INVALIDATE);
  }

  static Bench ofSize(int size) {
    return new Bench(size, OverflowPolicy.INVALIDATE);
  }

  static Bench refusing() {
    return refusing(SIZE);
  }

  static Bench refusing(int size) {
    return new Bench(size, OverflowPolicy.REFUSE);
  }

  /** {@code length} bytes that follow from {@code seed}. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A COW device of so many chunks of 8 sectors. */
  static RamDevice cow(int chunks) {
    return new RamDevice((long) chunks * CHUNK);
  }

  /** Opens a snapshot and adds it to the origin. */
  Snapshot snapshot(RamDevice cow, String type, int chunkSectors, Feature... features)
      throws IOException {
    Set<Feature> with = EnumSet.noneOf(Feature.class);
    with.addAll(List.of(features));
    Snapshot snapshot =
        Snapshot.open(
            origin, CowFile.alone(cow), ExceptionStoreType.of(type), chunkSectors, with, events);
    volume.flush(); // as every creation of a snapshot does
    origin.add(snapshot);
    return snapshot;
  }

  /** A persistent snapshot with plenty of room. */
  Snapshot snapshot(int chunkSectors) throws IOException {
    return snapshot(new RamDevice(4 * SIZE), "P", chunkSectors);
  }

  /** Removes a snapshot and opens it again from its COW device. */
  Snapshot reopen(Snapshot snapshot, String type) throws IOException {
    volume.flush(); // what waits in memory is newer than every snapshot
    origin.remove(snapshot);
    return snapshot((RamDevice) snapshot.cow(), type, snapshot.chunkSize().sectors());
  }

  /** Writes and syncs of {@code device} from now on, as {@code name WRITE 4096}. */
  static List<String> watch(List<String> log, String name, RamDevice device) {
    device.onEach(
        (operation, position, length) -> {
          if (operation == Operation.SYNC) {
            log.add(name + " SYNC");
          } else if (operation != Operation.READ) {
            log.add(name + " WRITE " + position);
          }
        });
    return log;
  }

  static List<String> log() {
    return new CopyOnWriteArrayList<>();
  }
}
