package org.dmsnap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dmsnap.pool.PoolModel;
import org.dmsnap.pool.SectorModel;

/**
 * What a user does, at random, to one origin of a mounted pool, to its snapshots and theirs, with a
 * model of what each sector may hold once the program that serves them has been killed.
 *
 * <p>The model has two worlds while a command is under way: with it and without. A fsync makes
 * certain what was uncertain, and so does whatever is read after the next mount.
 */
final class KilledWorkload {

  private static final int SECTOR = 512;
  private static final int MOST_SECTORS = 3000;
  private static final int LONGEST_WRITE = 200; // sectors
  private static final int MOST_SNAPSHOTS = 4;
  private static final int LEAST_COW_CHUNKS = 40;
  private static final int CHUNK_BITS = 7;

  private final Path mountpoint;
  private final String origin;
  private final Random random;
  private final BooleanSupplier killed;
  private List<PoolModel> worlds = List.of(new PoolModel());
  private String step = "nothing";
  private int named;
  private long writes;
  private long syncs;
  private long commands;

  /** Works on the volume {@code origin}, which it creates itself. */
  KilledWorkload(Path mountpoint, String origin, Random random, BooleanSupplier killed) {
    this.mountpoint = mountpoint;
    this.origin = origin;
    this.random = random;
    this.killed = killed;
  }

  /** How much has been done, in numbers. */
  String figures() {
    return origin + ": " + writes + " writes, " + syncs + " fsyncs, " + commands + " commands";
  }

  /** What was under way last. */
  String step() {
    return step;
  }

  /** Works until the program is killed; every other failure is one. */
  void run() {
    try {
      while (true) {
        act();
      }
    } catch (IOException failure) {
      if (!killed.getAsBoolean()) {
        throw new AssertionError(origin + ", in " + step + ": " + failure, failure);
      }
    }
  }

  /** Compares all that there is after a mount with what may be, and takes it for certain. */
  void verify() throws IOException {
    String structure = structure();
    AssertionError mismatch =
        new AssertionError("killed in " + step + ", the volumes are now " + structure);
    for (PoolModel world : worlds) {
      PoolModel mounted = world.remounted();
      if (mounted.names().equals(structure)) {
        try {
          compareAll(mounted);
          worlds = List.of(mounted.synced());
          return;
        } catch (AssertionError e) { // perhaps it is in the other world, with the same volumes
          mismatch = e;
        }
      }
    }
    throw mismatch;
  }

  private void compareAll(PoolModel mounted) throws IOException {
    for (PoolModel.Orig each : mounted.origins.values()) {
      compare(origin, each.content, false);
      for (var snapshot : each.snapshots.entrySet()) {
        compare(snapshot.getKey(), snapshot.getValue().content, false);
      }
    }
  }

  private String structure() throws IOException {
    PoolModel seen = new PoolModel();
    try (Stream<Path> files = Files.list(mountpoint)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.equals(origin)) {
          int sectors = (int) (Files.size(file) / SECTOR);
          seen.origins.put(name, new PoolModel.Orig(new SectorModel(sectors)));
        } else if (name.matches(origin + "[.][0-9]")) {
          seen.origins
              .get(origin)
              .snapshots
              .put(name, new PoolModel.Snap(new SectorModel(0), true));
        }
      }
    }
    return seen.names(); // what reads through what may be on its way to be another
  }

  private PoolModel.Orig model() {
    return requireNonNull(worlds.get(0).origins.get(origin));
  }

  private void act() throws IOException {
    if (worlds.get(0).origins.isEmpty()) {
      create();
      return;
    }
    switch (random.nextInt(14)) {
      case 0, 1 -> snapshot();
      case 2 -> remove();
      case 10 -> reset();
      case 3 -> merge();
      case 4 -> extend();
      case 5 -> suspend();
      case 6, 7, 8 -> with(this::sync);
      case 9 -> with((volume, content) -> compare(volume, content, true));
      default -> with(this::write);
    }
  }

  /** What is done to a volume. */
  private interface Act {
    void on(String volume, SectorModel content) throws IOException;
  }

  /** Does it to the origin or to a snapshot. */
  private void with(Act act) throws IOException {
    String snapshot = random.nextBoolean() ? anySnapshot() : null;
    if (snapshot == null) {
      act.on(origin, model().content);
    } else {
      act.on(snapshot, model().snapshots.get(snapshot).content);
    }
  }

  private String anySnapshot() {
    List<String> names = new ArrayList<>(model().snapshots.keySet());
    return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
  }

  private void create() throws IOException {
    int sectors = 1 + random.nextInt(MOST_SECTORS);
    command(
        "create",
        origin + " " + sectors + "s",
        after -> after.origins.put(origin, new PoolModel.Orig(new SectorModel(sectors))));
  }

  /** One, or two in one moment, of the origin or of a snapshot. */
  private void snapshot() throws IOException {
    List<String> lines = new ArrayList<>();
    List<Consumer<PoolModel>> changes = new ArrayList<>();
    for (int n = random.nextInt(3); n >= 0; n -= 2) {
      planSnapshot(lines, changes);
    }
    if (!lines.isEmpty()) {
      command(
          "snapshot",
          String.join(" ; ", lines),
          after -> changes.forEach(change -> change.accept(after)));
    }
  }

  private void planSnapshot(List<String> lines, List<Consumer<PoolModel>> changes) {
    String name = origin + "." + named++ % 10;
    if (model().snapshots.size() + lines.size() >= MOST_SNAPSHOTS
        || model().snapshots.containsKey(name)) {
      return;
    }
    String chosen = random.nextBoolean() ? anySnapshot() : null;
    boolean stacked = chosen != null && model().snapshots.get(chosen).persistent;
    String through = stacked ? chosen : "";
    String type = List.of("P", "P", "PO", "N").get(random.nextInt(stacked ? 3 : 4));
    int chunk = 1 << random.nextInt(CHUNK_BITS);
    int cow = chunk * (LEAST_COW_CHUNKS + random.nextInt(LEAST_COW_CHUNKS)); // it grows by itself
    lines.add(name + " " + (stacked ? through : origin) + " " + cow + "s " + type + " " + chunk);
    changes.add(
        after -> {
          PoolModel.Orig of = after.origins.get(origin);
          SectorModel content = stacked ? of.snapshots.get(through).content : of.content;
          PoolModel.Snap snap = new PoolModel.Snap(content.copy().synced(), !type.equals("N"));
          snap.through = through;
          snap.taken = through;
          of.snapshots.put(name, snap);
        });
  }

  private void remove() throws IOException {
    String snapshot = anySnapshot();
    if (snapshot != null) {
      command("remove", snapshot, after -> after.origins.get(origin).remove(snapshot));
    } else if (random.nextInt(4) == 0) {
      command("remove", origin, after -> after.origins.remove(origin));
    }
  }

  private void reset() throws IOException {
    List<String> names = new ArrayList<>(model().snapshots.keySet());
    names.removeIf(name -> random.nextBoolean());
    if (!names.isEmpty()) {
      command(
          "reset",
          String.join(" ; ", names),
          after -> names.forEach(name -> after.origins.get(origin).reset(name, false)));
    }
  }

  private void merge() throws IOException {
    String snapshot = anySnapshot();
    if (snapshot == null
        || !model().snapshots.get(snapshot).persistent
        || model().isOrigin(snapshot)) {
      return;
    }
    boolean force = random.nextBoolean();
    boolean done =
        command(
            "merge",
            snapshot + (force ? " force" : ""),
            after -> after.origins.get(origin).merge(snapshot));
    while (done && Files.exists(mountpoint.resolve(snapshot))) { // due: it starts any moment
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private void extend() throws IOException {
    int more = 1 + random.nextInt(200);
    String snapshot = anySnapshot();
    if (snapshot != null) {
      command("extend", snapshot + " +" + more + "s", same -> {});
      return;
    }
    command(
        "extend",
        origin + " +" + more + "s",
        after -> {
          SectorModel content = after.origins.get(origin).content;
          content.extend(content.sectors() + more);
        });
  }

  private void suspend() throws IOException {
    command("suspend", origin, same -> {});
    model().synced();
    with(this::sync);
    with((volume, content) -> compare(volume, content, true));
    command("resume", origin, same -> {});
  }

  private void sync(String volume, SectorModel content) throws IOException {
    step = "fsync " + volume;
    try (FileChannel file = FileChannel.open(mountpoint.resolve(volume), WRITE)) {
      file.force(false);
      content.synced();
      syncs++;
    }
  }

  private void write(String volume, SectorModel content) throws IOException {
    int first = random.nextInt(content.sectors());
    int count = 1 + random.nextInt(Math.min(LONGEST_WRITE, content.sectors() - first));
    step = "write " + volume + " " + first + "+" + count;
    ByteBuffer bytes = ByteBuffer.allocate(count * SECTOR);
    for (int sector = first; sector < first + count; sector++) {
      long stamp = random.nextLong();
      content.written(sector, stamp);
      for (int word = 0; word < SECTOR / Long.BYTES; word++) {
        bytes.putLong(stamp);
      }
    }
    try (FileChannel file = FileChannel.open(mountpoint.resolve(volume), WRITE)) {
      for (bytes.flip(); bytes.hasRemaining(); ) {
        file.write(bytes, (long) first * SECTOR + bytes.position());
      }
      writes++;
    }
  }

  /** Compares with what was written last, or with what may be and is from now on. */
  private void compare(String volume, SectorModel content, boolean now) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(read(volume, content.sectors() * SECTOR));
    for (int sector = 0; sector < content.sectors(); sector++) {
      long stamp = bytes.getLong();
      for (int word = 1; word < SECTOR / Long.BYTES; word++) {
        if (bytes.getLong() != stamp) {
          throw new AssertionError("sector " + sector + " of " + volume + " is torn");
        }
      }
      if (now ? content.now(sector) != stamp : !content.allows(sector, stamp)) {
        throw new AssertionError(
            "sector %d of %s is %d, not of %s, after %s"
                .formatted(sector, volume, stamp, content.describe(sector), step));
      }
      if (!now) {
        content.written(sector, stamp);
      }
    }
  }

  private byte[] read(String volume, int length) throws IOException {
    try (FileChannel file = FileChannel.open(mountpoint.resolve(volume), READ)) {
      if (file.size() != length) {
        throw new AssertionError(volume + " has " + file.size() + " bytes, not " + length);
      }
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining()) {
        if (file.read(bytes, bytes.position()) <= 0) {
          throw new AssertionError(volume + " ends at byte " + bytes.position());
        }
      }
      return bytes.array();
    }
  }

  /** Runs a command, which happens or does not; whether it did. */
  private boolean command(String file, String line, Consumer<PoolModel> change) throws IOException {
    step = file + " " + line;
    PoolModel before = worlds.get(0);
    PoolModel after = before.copy();
    change.accept(after);
    worlds = List.of(before, after);
    try (FileChannel control = FileChannel.open(mountpoint.resolve("ctl/" + file), WRITE)) {
      control.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
      worlds = List.of(after);
      commands++;
      return true;
    } catch (IOException refused) {
      if (!String.valueOf(refused.getMessage()).contains("Device or resource busy")) {
        throw refused;
      }
      worlds = List.of(before);
      return false;
    }
  }
}
