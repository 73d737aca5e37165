package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pool that dmsnap and the kernel have in turn, and what either does to it at random. After each
 * turn both must see the same in it, and what the model has.
 */
final class RoundTrip {

  private static final int SECTOR = 512;
  private static final int LARGEST = 64 << 10;
  private static final int DISKS = 16;

  private final Path pool;
  private final Random random;
  private final Model model = new Model();
  private final There there;
  private final byte[] data = new byte[1 << 20];
  private int named;

  /** Begins with {@code origins} origins, in a pool beneath {@code directory}. */
  RoundTrip(Path directory, long seed, int origins) throws IOException {
    pool = Files.createDirectory(directory.resolve("pool"));
    random = new Random(seed);
    random.nextBytes(data);
    there = new There(pool, new Kernel(directory));
    try (Here here = new Here(pool, false, model)) {
      for (int i = 1; i <= origins; i++) {
        here.create("o" + i, (1000 + random.nextInt(5000)) * SECTOR);
      }
    }
  }

  private int cutsHere;
  private int mergesHere;
  private int cutsThere;
  private int mergesThere;
  private int lost;

  /** What happened, in numbers. */
  String figures() {
    return "dmsnap: %d cuts, %d merges begun; the kernel: %d cuts, %d merges begun; %d Invalid"
        .formatted(cutsHere, mergesHere, cutsThere, mergesThere, lost);
  }

  /**
   * dmsnap's turn: snapshots come and go, one may merge, {@code changes} are made; the power may go
   * off, as {@code mayCut} allows.
   */
  void here(int changes, boolean mayCut) throws IOException {
    try (Here here = new Here(pool, false, model)) {
      for (String origin : model.origins()) {
        arrange(here, origin);
      }
      boolean cut = mayCut && random.nextInt(3) > 0;
      if (cut) {
        here.powerOffAfter(1 + random.nextInt(changes * 6));
      }
      for (int i = 0; i < changes && !here.powerOff(); i++) {
        change(here);
      }
      cutsHere += here.powerOff() ? 1 : 0;
    }
  }

  private void arrange(Here here, String origin) throws IOException {
    if (here.merging(origin)) {
      return;
    }
    List<String> snapshots = model.snapshotsOf(origin);
    if (snapshots.size() > 1 && random.nextInt(3) == 0) {
      here.remove(snapshots.get(random.nextInt(snapshots.size())));
    }
    while (disks() < DISKS && model.snapshotsOf(origin).size() < 3) {
      snapshot(here, origin);
    }
    if (random.nextInt(3) == 0) {
      String snapshot = ample(origin);
      if (snapshot != null) {
        here.merge(snapshot);
        mergesHere++;
      }
    }
  }

  /** Every volume is a file, and one that merges may be one more for each origin. */
  private int disks() {
    return model.names().size() + model.origins().size();
  }

  private void snapshot(Here here, String origin) throws IOException {
    int chunkSectors = 1 << random.nextInt(8);
    boolean tiny = random.nextInt(3) == 0;
    long chunks = tiny ? 3 + random.nextInt(60) : 4L * model.size(origin) / SECTOR / chunkSectors;
    here.snapshot(
        origin + (tiny ? ".tiny" : ".snap") + ++named,
        Math.max(3, chunks) * chunkSectors * SECTOR,
        random.nextBoolean() ? "P" : "PO",
        chunkSectors);
  }

  private String ample(String origin) {
    return model.snapshotsOf(origin).stream()
        .filter(name -> !name.contains("tiny"))
        .findFirst()
        .orElse(null);
  }

  private void change(Here here) throws IOException {
    Model.Range range = range(random.nextInt(3) > 0 ? SECTOR : 1);
    switch (random.nextInt(8)) {
      case 0 -> here.zero(range);
      case 1 -> here.discard(range);
      default -> here.write(range, data, source());
    }
  }

  private Model.Range range(int unit) {
    List<String> names = model.readable();
    String name = names.get(random.nextInt(names.size()));
    int length = unit * (1 + random.nextInt(random.nextInt(LARGEST / unit) + 1));
    int most = (model.size(name) - length) / unit;
    return new Model.Range(name, (long) unit * random.nextInt(most + 1), length);
  }

  private int source() {
    return random.nextInt((data.length - LARGEST) / SECTOR) * SECTOR;
  }

  /** The kernel's turn: a merge may begin, writes are made, merges end or are cut. */
  void there(int changes, boolean mayCut) throws IOException {
    Seen here = Here.look(pool, model);
    lost += model.invalid().size();
    Set<String> merging = there.merging();
    for (String origin : model.origins()) {
      String snapshot = ample(origin);
      if (snapshot != null && !merging.contains(origin) && random.nextInt(3) == 0) {
        there.beginMerge(snapshot);
        model.merge(snapshot);
        here = Here.look(pool, model);
        mergesThere++;
      }
    }
    List<There.Put> puts = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      puts.add(new There.Put(range(SECTOR), source()));
    }
    boolean cut = mayCut && random.nextInt(2) > 0;
    There.Turn turn = there.turn(model.names(), data, puts, cut ? 1 + random.nextInt(200) : 0);
    cutsThere += cut ? 1 : 0;
    turn.before().assertSameIn(here);
    Set<String> full = new TreeSet<>(); // of these it is uncertain what later writes did
    for (There.Put put : puts) {
      Model.Range range = put.range();
      if (turn.failedPuts().contains(put.toString())) {
        assertThat(range.volume()).as("a volume that cannot be written").contains("tiny");
        full.add(range.volume());
      }
      if (full.contains(range.volume())) {
        model.failed(range);
      } else {
        model.write(range, data, put.source());
      }
    }
    turn.after().assertSameIn(Here.look(pool, model));
  }
}
