package org.dmsnap.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The pool in the kernel's hands: its devices are made of the lines of {@code pool.table}. */
final class There {

  /** How long the image of an origin takes to write, if the merge into it is to be cut. */
  private static final int SLOW_MILLIS = 25;

  private final Path pool;
  private final Kernel kernel;

  There(Path pool, Kernel kernel) {
    this.pool = pool;
    this.kernel = kernel;
  }

  /** One write: {@code range} becomes what the data has from {@code source}. */
  record Put(Model.Range range, int source) {

    @Override
    public String toString() {
      return range.volume() + " " + range.position() + " " + range.length() + " " + source;
    }
  }

  /** The state in which the kernel found the pool, and the one in which it left it. */
  record Turn(Seen before, Seen after, Set<String> failedPuts) {}

  /** Has the merge of {@code snapshot} begin, as far as the table says. */
  void beginMerge(String snapshot) throws IOException {
    String origin = Model.originOf(snapshot);
    Map<String, String> lines = table();
    String merge = lines.remove(snapshot).replace(" snapshot ", " snapshot-merge ");
    lines.put(origin, merge.replace(snapshot + "-cow", origin + "-cow"));
    lines.put(origin + "-cow", lines.remove(snapshot + "-cow"));
    Files.write(
        pool.resolve("pool.table"),
        lines.entrySet().stream().map(line -> line.getKey() + ": " + line.getValue()).toList());
  }

  /** The origins into which something merges. */
  Set<String> merging() throws IOException {
    Map<String, String> lines = table();
    lines.values().removeIf(line -> !type(line).equals("snapshot-merge"));
    return lines.keySet();
  }

  /**
   * Boots, looks at every volume of {@code names}, makes the writes, and looks again; all merges
   * run to their end, unless the power goes off after {@code cutMillis}.
   */
  Turn turn(Set<String> names, byte[] data, List<Put> puts, int cutMillis) throws IOException {
    Map<String, String> lines = table();
    List<Path> disks = new ArrayList<>();
    List<String> script = new ArrayList<>();
    boolean cut = cutMillis > 0;
    lines.forEach((name, line) -> addLinear(script, disks, name, line, cut));
    lines.forEach((name, line) -> addProbe(script, name, line));
    lines.forEach((name, line) -> add(script, "snapshot", name, line));
    lines.forEach((name, line) -> add(script, "snapshot-origin", name, line));
    Set<String> merging = merging();
    Set<String> plain = new TreeSet<>(names);
    plain.removeAll(merging);
    plain.forEach(name -> script.add("status " + name + " " + name));
    plain.forEach(name -> script.add("content " + name)); // a merge may fill snapshots up
    lines.forEach((name, line) -> add(script, "snapshot-merge", name, line));
    merging.forEach(name -> script.add("content " + name));
    script.add("echo turn");
    puts.forEach(put -> script.add("put " + put));
    if (cut) {
      script.add("busybox usleep " + cutMillis * 1000);
    } else {
      merging.forEach(name -> script.add("merged " + name));
    }
    for (String name : names) {
      boolean changes = cut && merging.contains(Model.originOf(name));
      if (!changes || !name.contains("tiny")) {
        script.add("content " + name);
      }
      if (!changes) {
        script.add("status " + name + " " + name);
      }
    }
    return seen(kernel.run(disks, data, script));
  }

  private static Turn seen(List<String> output) {
    Turn turn = new Turn(new Seen(), new Seen(), new TreeSet<>());
    Seen now = turn.before;
    for (String line : output) {
      String[] words = line.split(" ", 3);
      switch (words[0]) {
        case "turn" -> now = turn.after;
        case "status" -> now.status().put(words[1], Here.comparable(words[2]));
        case "content" -> now.content().put(words[1], words[2]);
        case "failed" -> turn.failedPuts.add(words[1] + " " + words[2]);
        default -> {
          // "end"
        }
      }
    }
    return turn;
  }

  /** The lines of the table by device. */
  private Map<String, String> table() throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : Files.readAllLines(pool.resolve("pool.table"))) {
      if (!line.startsWith("#")) {
        lines.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
      }
    }
    return lines;
  }

  private static String type(String line) {
    return line.split(" ")[2];
  }

  /** A listed file, also where a cut has left it under another name. */
  private Path listed(String file) {
    return Stream.of(file, "." + file + ".new", "." + file + ".removing")
        .map(pool::resolve)
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + file));
  }

  private void addLinear(
      List<String> script, List<Path> disks, String name, String line, boolean slow) {
    if (!type(line).equals("linear")) {
      return;
    }
    String disk = Kernel.disk(disks.size());
    String file = line.split(" ")[3];
    disks.add(listed(file));
    String table = line.replace(file, disk);
    if (slow && name.endsWith("-real")) {
      table = table.replace("linear", "delay") + " 0 " + disk + " 0 " + SLOW_MILLIS;
    }
    script.add("device " + name + " '" + table + "'");
  }

  /** The kernel loads a store that is being merged as a plain snapshot, too, and tells its use. */
  private static void addProbe(List<String> script, String name, String line) {
    if (type(line).equals("snapshot-merge")) {
      String table = devices(line).replace("snapshot-merge", "snapshot");
      script.add("probe " + name + " '" + table + "'");
    }
  }

  private static void add(List<String> script, String type, String name, String line) {
    if (type(line).equals(type)) {
      script.add("device " + name + " '" + devices(line) + "'");
    }
  }

  /** The line with the devices that it names as the kernel has them. */
  private static String devices(String line) {
    return line.replaceAll("([^ ]+-(real|cow))", "/dev/mapper/$1");
  }
}
