package org.dmsnap.golden;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Io;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.engine.Target;
import org.jspecify.annotations.Nullable;

/** Runs the operations of a scenario, each followed by a flush of everything. */
final class Machine {

  private static final int PAGE = 4096;

  private final Map<String, RamDevice> images = new LinkedHashMap<>();
  private final Map<String, MappedDevice> devices = new TreeMap<>();
  private final Set<String> suspended = new HashSet<>();
  private final Map<String, String> delayed = new HashMap<>();
  private final Set<String> handedOver = new HashSet<>();
  private final Origins origins = new Origins();

  /** Does one operation and answers its return code as {@code expected.txt} prints it. */
  String run(List<String> words) throws IOException {
    String result = "0";
    try {
      result = execute(words);
    } catch (ErrnoException e) {
      result = "1 " + description(e.errno());
    }
    for (MappedDevice device : devices.values()) {
      device.target().flush();
    }
    return result;
  }

  /** Puts into an image what the kernel had in it when it was cut: {@code save @IMAGE FILE}. */
  void takeOver(List<String> words, Path folder) throws IOException {
    if (words.get(0).equals("save") && words.get(2).endsWith("-interrupted.img")) {
      removeAll();
      byte[] saved = GoldenFiles.read(folder.resolve(words.get(2) + ".gz"));
      images.get(words.get(1).substring(1)).put(0, saved);
    }
  }

  private String execute(List<String> words) throws IOException {
    if (words.size() > 1 && handedOver.contains(words.get(1))) {
      return "0";
    }
    switch (words.get(0)) {
      case "image" -> createImage(words);
      case "create", "load" -> create(words, false);
      case "discard" -> discard(words);
      case "wait" -> merge(device(words));
      case "sleep" -> devices.values().forEach(Machine::merge);
      case "createro" -> create(words, true);
      case "remove" -> remove(words.get(1));
      case "write" -> write(words);
      case "bwrite" -> writePages(words);
      case "read" -> Io.read(device(words).target(), number(words, 2), (int) number(words, 3));
      case "poke" ->
          images
              .get(words.get(1).substring(1))
              .put(number(words, 2), HexFormat.of().parseHex(words.get(3)));
      case "boot", "crash" -> removeAll();
      case "sh" -> {
        return removeQuietly(words);
      }
      case "suspend" -> suspended.add(words.get(1));
      case "resume" -> suspended.remove(words.get(1));
      case "auto", "state", "note", "save", "notable", "istatus", "flush", "queue", "waitbelow" -> {
        // asks for nothing that is kept on a device
      }
      default -> throw new IllegalArgumentException("unknown operation " + words);
    }
    return "0";
  }

  private void createImage(List<String> words) {
    int size = (int) number(words, 2);
    images.put(
        words.get(1),
        words.get(3).equals("zero")
            ? new RamDevice(size)
            : new RamDevice(Pattern.bytes(0, size, (int) number(words, 4))));
  }

  private void create(List<String> words, boolean readOnly) throws IOException {
    String name = words.get(1);
    List<String> table = new ArrayList<>(words.subList(2, words.size()));
    if (table.get(2).equals("delay")) {
      delayed.put(name, table.get(3));
      return;
    }
    table.replaceAll(word -> delayed.getOrDefault(word.replace("@", ""), word));
    String source = table.get(2).equals("snapshot-merge") ? openWith(table.get(4)) : null;
    if (source == null) {
      devices.put(name, origins.create(table, images, readOnly));
    } else {
      handedOver.add(source);
      devices.put(name, origins.handOver(devices.remove(source), table, images));
    }
  }

  /** The snapshot that has {@code cow} open, which is not possible twice here; null if none. */
  private @Nullable String openWith(String cow) {
    return devices.entrySet().stream()
        .filter(device -> device.getValue().target() instanceof Snapshot)
        .filter(device -> device.getValue().parameters().split(" ")[1].equals(cow.substring(1)))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** As the block layer hands it to a snapshot: in pieces of no more than a chunk. */
  private void discard(List<String> words) throws IOException {
    Target target = device(words).target();
    long end = number(words, 2) + number(words, 3);
    long chunk =
        target instanceof Snapshot snapshot
            ? snapshot.store().chunkSize().bytes()
            : number(words, 3);
    ErrnoException refused = null;
    for (long at = number(words, 2); at < end; ) {
      long next = Math.min(end, at / chunk * chunk + chunk);
      try {
        target.discard(at, next - at);
      } catch (ErrnoException e) {
        refused = e;
      }
      at = next;
    }
    if (refused != null) {
      throw refused;
    }
  }

  /** Runs a merge to its end. */
  private static void merge(MappedDevice device) {
    if (device.target() instanceof SnapshotMerge merge) {
      merge.start();
      merge.join();
    }
  }

  private void remove(String name) throws IOException {
    if (delayed.remove(name) == null) {
      devices.remove(name).close();
    }
  }

  private void removeAll() throws IOException {
    for (String name : new ArrayList<>(devices.keySet())) {
      remove(name);
    }
  }

  /** {@code dmsetup remove NAME}, after an operation that may have failed. */
  private String removeQuietly(List<String> words) throws IOException {
    String name = words.get(3);
    if (!devices.containsKey(name)) {
      return "1";
    }
    remove(name);
    return "0";
  }

  private void write(List<String> words) throws IOException {
    long position = number(words, 2);
    byte[] bytes = Pattern.bytes(position, (int) number(words, 3), (int) number(words, 4));
    device(words).write(position, bytes);
  }

  /** Goes through the page cache: whole pages reach the device. */
  private void writePages(List<String> words) throws IOException {
    long position = number(words, 2);
    byte[] bytes = Pattern.bytes(position, (int) number(words, 3), (int) number(words, 4));
    MappedDevice device = device(words);
    long from = position / PAGE * PAGE;
    long to = (position + bytes.length + PAGE - 1) / PAGE * PAGE;
    byte[] pages = Io.read(device.target(), from, (int) (to - from));
    System.arraycopy(bytes, 0, pages, (int) (position - from), bytes.length);
    device.write(from, pages);
  }

  private MappedDevice device(List<String> words) {
    return devices.get(words.get(1));
  }

  private static long number(List<String> words, int index) {
    return Long.parseLong(words.get(index));
  }

  /** What is to be seen now, of the things named in {@code keys}. */
  Map<String, String> shown(Set<String> keys, String result) throws IOException {
    Map<String, String> shown = new LinkedHashMap<>();
    for (String key : keys) {
      if (elsewhere(key)) {
        continue;
      }
      shown.put(key, key.equals("rc") ? result : show(key.split(" ")[0], key.split(" ")[1]));
    }
    return shown;
  }

  /** Whether {@code key} tells of a device that is not among ours. */
  private boolean elsewhere(String key) {
    String name = key.substring(key.indexOf(' ') + 1);
    return delayed.containsKey(name) || handedOver.contains(name);
  }

  private String show(String what, String name) throws IOException {
    if (what.equals("raw")) {
      return sha256(images.get(name).content());
    }
    MappedDevice device = devices.get(name);
    if (device == null) {
      return "not there";
    }
    return switch (what) {
      case "table" -> device.table();
      case "status" -> device.status();
      default -> suspended.contains(name) ? "(suspended)" : content(device);
    };
  }

  /** As {@code expected} has it, with images by name in place of device numbers. */
  Map<String, String> named(Map<String, String> expected) {
    Map<String, String> named = new LinkedHashMap<>(expected);
    named.keySet().removeIf(this::elsewhere);
    List<String> names = new ArrayList<>(images.keySet());
    named.replaceAll(
        (key, value) -> {
          String text = value + " ";
          for (int i = 0; i < names.size(); i++) {
            text = text.replace(" 98:" + i * 16 + " ", " " + names.get(i) + " ");
          }
          for (String image : delayed.values()) {
            text = text.replace(" 254:0 ", " " + image.substring(1) + " ");
          }
          return key.startsWith("table ") ? text.strip() : value;
        });
    return named;
  }

  private static String content(MappedDevice device) throws IOException {
    try {
      return sha256(Io.read(device.target()));
    } catch (ErrnoException e) {
      return description(e.errno()) + " (first bad sector " + firstBadSector(device) + ")";
    }
  }

  private static long firstBadSector(MappedDevice device) throws IOException {
    for (long sector = 0; Sectors.toBytes(sector) < device.target().size(); sector++) {
      try {
        Io.read(device.target(), Sectors.toBytes(sector), Sectors.BYTES);
      } catch (ErrnoException e) {
        return sector;
      }
    }
    return -1;
  }

  private static String description(Errno errno) {
    return errno.description();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
