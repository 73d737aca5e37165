package org.dmsnap.cli.cow;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.cli.mounted.LvsRows;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.store.CowReader;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.ExceptedRanges;
import org.dmsnap.store.ReadingEstimate;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot and what it is compared with: its origin, or another snapshot over the same image; and
 * where the two may differ, by the exceptions between them alone.
 */
public final class Views implements AutoCloseable {

  private static final int TARGET = 2;
  private static final int ORIGIN = 3;
  private static final int TYPE = 5;
  private static final String REAL = "-real";

  private final MountedPool pool;
  private final List<BlockDevice> cows = new ArrayList<>();
  private final List<CowReader> stores = new ArrayList<>();
  private String origin = "";
  private long bytes;

  private Views(MountedPool pool) {
    this.pool = pool;
  }

  /**
   * Opens the COW devices, which commits them first.
   *
   * @param other the other snapshot, or null for the origin
   * @throws IOException if one of them is no snapshot whose exceptions can be read, in words
   */
  public static Views open(Path mountpoint, String snapshot, @Nullable String other)
      throws IOException {
    Views views = new Views(new MountedPool(mountpoint));
    try {
      for (String name : views.between(snapshot, other)) {
        views.add(mountpoint, name);
      }
      return views;
    } catch (IOException | RuntimeException failure) {
      views.close();
      throw failure;
    }
  }

  /**
   * As {@link #open}, but either may be the origin at the bottom, too.
   *
   * @throws IOException also if a snapshot merges into one of the two
   */
  public static Views openAny(Path mountpoint, String volume, String other) throws IOException {
    Views views = new Views(new MountedPool(mountpoint));
    try {
      for (String name : views.betweenAny(volume, other)) {
        views.add(mountpoint, name);
      }
      return views;
    } catch (IOException | RuntimeException failure) {
      views.close();
      throw failure;
    }
  }

  private List<String> betweenAny(String volume, String other) throws IOException {
    Map<String, List<String>> way = wayOfAny(volume);
    Map<String, List<String>> otherWay = wayOfAny(other);
    String image = way.isEmpty() ? volume : image(way);
    String otherImage = otherWay.isEmpty() ? other : image(otherWay);
    if (!image.equals(otherImage)) {
      throw refused(
          Errno.EINVAL,
          other + " is of " + otherImage + ", not of " + image + ": nothing is shared");
    }
    bytes = Sectors.toBytes(Long.parseLong(words(volume).get(1)));
    return onOne(way, otherWay);
  }

  private Map<String, List<String>> wayOfAny(String volume) throws IOException {
    if (words(volume).get(TARGET).equals("snapshot-merge")) {
      throw refused(Errno.EBUSY, "a snapshot merges into " + volume + "; see: dmsnap wait");
    }
    return isSnapshot(volume) ? way(volume) : Map.of();
  }

  /** Which COW devices tell in what the two may differ. */
  private List<String> between(String snapshot, @Nullable String other) throws IOException {
    Map<String, List<String>> way = way(snapshot);
    List<String> table = Objects.requireNonNull(way.get(snapshot));
    origin = takenOf(snapshot);
    bytes = Sectors.toBytes(Long.parseLong(table.get(1)));
    if (other == null) {
      return until(way);
    }
    Map<String, List<String>> otherWay = way(other);
    if (!image(way).equals(image(otherWay))) {
      throw refused(
          Errno.EINVAL,
          other
              + " is a snapshot of "
              + image(otherWay)
              + ", not of "
              + image(way)
              + ": nothing is shared");
    }
    return onOne(way, otherWay);
  }

  /** What is between a snapshot, which is the first, and what it was taken of. */
  private List<String> until(Map<String, List<String>> way) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, List<String>> step : way.entrySet()) {
      names.add(step.getKey());
      if (through(step.getValue()).equals(origin)) {
        break;
      }
    }
    return names;
  }

  private String takenOf(String name) throws IOException {
    for (Map<String, String> row : LvsRows.of(pool.read("lvs"))) {
      if (LvsRows.name(row).equals(name)) {
        return row.getOrDefault("origin", "");
      }
    }
    throw refused(Errno.ENOENT, "there is no volume " + name + " any more; see: dmsnap lvs");
  }

  /** The origin at the bottom. */
  private static String image(Map<String, List<String>> way) {
    String image = "";
    for (List<String> table : way.values()) {
      image = through(table);
    }
    return image;
  }

  /** Of the two ways to the image, what is on one alone. */
  private static List<String> onOne(
      Map<String, List<String>> way, Map<String, List<String>> other) {
    List<String> names = new ArrayList<>(way.keySet());
    names.addAll(other.keySet());
    names.removeIf(name -> way.containsKey(name) && other.containsKey(name));
    return names;
  }

  /** The table lines of a snapshot, and of what it reads through, by name. */
  private Map<String, List<String>> way(String snapshot) throws IOException {
    Map<String, List<String>> way = new LinkedHashMap<>();
    String at = snapshot;
    while (way.isEmpty() || isSnapshot(at)) {
      List<String> table = table(at);
      way.put(at, table);
      at = through(table);
    }
    return way;
  }

  private static String through(List<String> table) {
    return table.get(ORIGIN).substring(0, table.get(ORIGIN).length() - REAL.length());
  }

  private void add(Path mountpoint, String snapshot) throws IOException {
    BlockDevice cow = CowFile.open(mountpoint.resolve(snapshot + "-cow"));
    cows.add(cow);
    DiskHeader header = DiskHeader.of(cow);
    if (!header.isValid()) {
      throw invalid(snapshot);
    }
    stores.add(CowReader.of(cow, header));
  }

  /** What has the line of a snapshot: of one that others read through, its -real. */
  private String device(String name) throws IOException {
    return pool.devices("table").contains(name + REAL) ? name + REAL : name;
  }

  private boolean isSnapshot(String name) throws IOException {
    return pool.devices("table").contains(name)
        && words(device(name)).get(TARGET).equals("snapshot");
  }

  private List<String> words(String device) throws IOException {
    return List.of(pool.read("table", device).strip().split(" "));
  }

  /** The words of the table line of a snapshot whose exceptions can be had. */
  private List<String> table(String name) throws IOException {
    refuseMerging(name);
    String device = device(name);
    List<String> table = words(device);
    if (!table.get(TARGET).equals("snapshot")) {
      throw refused(Errno.EINVAL, name + " is no snapshot; name a snapshot, not its origin");
    }
    if (pool.read("status", device).strip().endsWith(" Invalid")) {
      throw invalid(name);
    }
    if (table.get(TYPE).equals("N")) {
      throw refused(
          Errno.EINVAL,
          name
              + " is transient (N): its exceptions are in memory alone; take a P snapshot instead");
    }
    return table;
  }

  private void refuseMerging(String name) throws IOException {
    String row = "[" + name + "]";
    boolean merges =
        LvsRows.of(pool.read("lvs")).stream().anyMatch(lv -> row.equals(lv.get("lv_name")));
    if (merges && !pool.devices("table").contains(name)) {
      throw refused(
          Errno.EBUSY, name + " is merging: what it differs in becomes its origin's; see: wait");
    }
  }

  private static ErrnoException invalid(String name) {
    return refused(
        Errno.EIO, name + " is Invalid: what it differs in can no longer be told; reset it");
  }

  private static ErrnoException refused(Errno errno, String words) {
    return new ErrnoException(errno, words);
  }

  /** The name of what the snapshot was taken of. */
  public String origin() {
    return origin;
  }

  /** The size of both, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Bytes in a chunk, the smallest if there are two sizes. */
  public int chunkBytes() {
    return stores.stream().mapToInt(store -> store.chunkSize().bytes()).min().orElse(0);
  }

  /** Hands the ranges in which they may differ to {@code visitor}, in order. */
  public void forEachDifference(ExceptedRanges.Visitor visitor) throws IOException {
    ExceptedRanges.forEach(stores, bytes, visitor); // none if one is compared with itself
  }

  /** As {@link #forEachDifference}, shown on {@code err} if it takes long. */
  public void forEachDifference(PrintWriter err, ExceptedRanges.Visitor visitor)
      throws IOException {
    Working.during(
        "comparing",
        err,
        this::readings,
        () -> {
          forEachDifference(visitor);
          return this;
        });
  }

  /** About how many bytes are read. */
  private long readings() throws IOException {
    long once = 0;
    for (BlockDevice cow : cows) {
      once += ReadingEstimate.ofOneReading(cow);
    }
    return once * ExceptedRanges.readings(stores, bytes);
  }

  @Override
  public void close() throws IOException {
    for (BlockDevice cow : cows) {
      cow.close();
    }
  }
}
