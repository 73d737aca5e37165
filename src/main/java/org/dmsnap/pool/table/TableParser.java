package org.dmsnap.pool.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code pool.table}, which people edit: all of it is understood, or none of it is used. */
public final class TableParser {

  /** {@code NAME: 0 SECTORS TYPE PARAMS}. */
  private static final Pattern LINE =
      Pattern.compile("([^:\\s]+):\\s*0\\s+(\\S+)\\s+(\\S+)\\s*(.*)");

  private static final long MAX_SECTORS = Sectors.in(Long.MAX_VALUE);
  private static final int MOST_LINES = 100_000;

  private final List<String> comments = new ArrayList<>();
  private final TreeMap<String, Long> origins = new TreeMap<>();
  private final TreeMap<String, Long> overReal = new TreeMap<>(); // by a line snapshot-origin
  private final Set<String> ofReal = new HashSet<>(); // snapshots with a line NAME-real
  private final TreeMap<String, Long> images = new TreeMap<>();
  private final TreeMap<String, Long> cows = new TreeMap<>();
  private final TreeMap<String, String> cowFiles = new TreeMap<>();
  private final TreeMap<String, SnapshotEntry> snapshots = new TreeMap<>();
  private final TreeMap<String, SnapshotEntry> merging = new TreeMap<>(); // by origin

  private final Directives said = new Directives();

  private TableParser() {}

  /**
   * The table that {@code text} says.
   *
   * @throws ErrnoException EINVAL, with the line and what is wrong with it
   */
  public static PoolTable parse(String text) throws ErrnoException {
    List<String> complaints = new ArrayList<>();
    PoolTable table = parse(text, complaints::add);
    if (table == null) {
      throw new ErrnoException(
          Errno.EINVAL,
          PoolFiles.TABLE + ", " + complaints.get(0) + "; correct it and mount again");
    }
    return table;
  }

  /** As above, but null where something is wrong; {@code complaints} gets all that is. */
  public static @Nullable PoolTable parse(String text, Consumer<String> complaints) {
    TableParser parser = new TableParser();
    boolean right = true;
    int number = 0;
    for (int start = 0; start <= text.length(); ) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      number++;
      try {
        parser.line(text.substring(start, end).strip(), number);
      } catch (IllegalArgumentException wrong) {
        right = false;
        complaints.accept("line " + number + ": " + wrong.getMessage());
      }
      start = number > MOST_LINES ? Integer.MAX_VALUE : end + 1;
    }
    try {
      return right ? parser.table() : null;
    } catch (IllegalArgumentException wrong) {
      complaints.accept(String.valueOf(wrong.getMessage()));
      return null;
    }
  }

  private void line(String line, int number) {
    if (number > MOST_LINES) {
      throw new IllegalArgumentException("a table has at most " + MOST_LINES + " lines");
    }
    if (line.startsWith(PoolTable.DIRECTIVE)) {
      said.read(line.substring(PoolTable.DIRECTIVE.length()));
    } else if (line.startsWith("#")) {
      comments.add(line);
    } else if (!line.isEmpty()) {
      device(line);
    }
  }

  private void device(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not \"NAME: 0 SECTORS TYPE PARAMETERS\"");
    }
    String name = matcher.group(1);
    long sectors = number(matcher.group(2));
    if (sectors == 0 || sectors > MAX_SECTORS) {
      throw new IllegalArgumentException("no device has " + sectors + " sectors");
    }
    String[] words = matcher.group(4).isEmpty() ? new String[0] : matcher.group(4).split("\\s+");
    switch (matcher.group(3)) {
      case "linear" -> linear(name, sectors, words);
      case "snapshot-origin" -> snapshotOrigin(name, sectors, words);
      case "snapshot" -> snapshot(name, sectors, words);
      case "snapshot-merge" -> snapshotMerge(name, sectors, words);
      default ->
          throw new IllegalArgumentException(
              "\""
                  + matcher.group(3)
                  + "\" is not one of linear, snapshot-origin, snapshot, snapshot-merge");
    }
  }

  private void linear(String name, long sectors, String[] words) {
    if (name.endsWith(PoolFiles.COW)) {
      String above = stripped(name, PoolFiles.COW);
      expect(words, words.length == 0 ? PoolFiles.cow(above) : words[0], "0");
      cowFiles.put(above, words[0]);
      once(cows.put(above, sectors) == null, name);
    } else if (name.endsWith(PoolFiles.REAL)) {
      String origin = stripped(name, PoolFiles.REAL);
      expect(words, PoolFiles.image(origin), "0");
      once(images.put(origin, sectors) == null, name);
    } else {
      expect(words, PoolFiles.image(VolumeName.check(name)), "0");
      once(origins.put(name, sectors) == null && !snapshots.containsKey(name), name);
    }
  }

  private void snapshotOrigin(String name, long sectors, String[] words) {
    expect(words, VolumeName.check(name) + PoolFiles.REAL);
    once(overReal.put(name, sectors) == null && !origins.containsKey(name), name);
  }

  /** A snapshot that others read through may be listed as the kernel has it, as NAME-real. */
  private void snapshot(String device, long sectors, String[] words) {
    boolean real = device.endsWith(PoolFiles.REAL);
    String name = real ? stripped(device, PoolFiles.REAL) : device;
    SnapshotEntry entry = SnapshotWords.parse(name, sectors, words);
    if (real) {
      ofReal.add(name);
    }
    once(snapshots.put(name, entry) == null && !origins.containsKey(name), name);
  }

  private void snapshotMerge(String name, long sectors, String[] words) {
    SnapshotEntry entry = SnapshotWords.parse(name, sectors, words);
    if (!entry.origin().equals(name)) {
      throw new IllegalArgumentException(name + " merges into " + name + "-real only");
    }
    merging.put(name, entry);
    once(origins.put(name, sectors) == null && !snapshots.containsKey(name), name);
    once(!overReal.containsKey(name), name);
  }

  private PoolTable table() {
    overReal.forEach(this::overReal);
    for (String name : cows.keySet()) {
      checkCow(name);
    }
    said.merges.keySet().retainAll(snapshots.keySet());
    merging.forEach(this::mergingSnapshot);
    StackRules rules = new StackRules(snapshots, said.merges);
    said.into.forEach(rules::merging);
    images.forEach(this::sameSize);
    snapshots.replaceAll(
        (name, entry) -> entry.withCowSectors(cows.getOrDefault(name, entry.cowSectors())));
    rules.checkStacks();
    said.taken.keySet().retainAll(snapshots.keySet());
    said.taken.forEach(rules::takenOf);
    snapshots.values().forEach(entry -> impliedOrigin(entry.origin(), entry.sectors()));
    said.clean.keySet().removeIf(this::unlisted);
    said.identities.keySet().removeIf(this::unlisted);
    said.invalid.keySet().retainAll(snapshots.keySet());
    rules.checkMerges();
    return new PoolTable(
        comments, origins, snapshots, said.clean, said.invalid, said.merges, said.identities);
  }

  private boolean unlisted(String name) {
    return !origins.containsKey(name) && !snapshots.containsKey(name);
  }

  private void checkCow(String name) {
    if (!snapshots.containsKey(name) && !merging.containsKey(name)) {
      throw new IllegalArgumentException(name + PoolFiles.COW + " is no snapshot's COW device");
    }
    String file = PoolFiles.cow(name);
    if (!merging.containsKey(name) && !file.equals(cowFiles.get(name))) {
      throw new IllegalArgumentException(
          "the file of " + name + PoolFiles.COW + " is " + file + ", not " + cowFiles.get(name));
    }
  }

  /** Lists the snapshot that merges into {@code origin}, which only its COW file still names. */
  private void mergingSnapshot(String origin, SnapshotEntry entry) {
    String file = cowFiles.get(origin);
    if (file == null) {
      throw new IllegalArgumentException(
          origin + " needs a line for " + origin + "-cow that says what merges into it");
    }
    String name = stripped(file, PoolFiles.COW_SUFFIX);
    boolean fresh = !origins.containsKey(name) && !snapshots.containsKey(name);
    long sectors = Objects.requireNonNull(cows.get(origin));
    once(fresh, name);
    snapshots.put(name, entry.withCowSectors(sectors));
    said.merges.put(name, MergeStage.RUNNING);
  }

  private void sameSize(String name, long sectors) {
    Long listed = origins.get(name);
    if (listed != null && listed != sectors) {
      throw new IllegalArgumentException(name + " and " + name + "-real differ in size");
    }
    impliedOrigin(name, sectors);
  }

  /** Adds an origin that only a device on top of it mentions, as in a line added by hand. */
  private void impliedOrigin(String name, long sectors) {
    if (!snapshots.containsKey(name)) {
      origins.putIfAbsent(name, sectors);
    }
  }

  /** An origin, or a snapshot whose own line is that of NAME-real. */
  private void overReal(String name, long sectors) {
    SnapshotEntry entry = snapshots.get(name);
    once(ofReal.contains(name) || (entry == null && !origins.containsKey(name)), name);
    if (entry == null) {
      origins.put(name, sectors);
    } else if (entry.sectors() != sectors) {
      throw new IllegalArgumentException(name + " and " + name + "-real differ in size");
    }
  }

  /** What is before {@code suffix} in the name of a device or file. */
  static String stripped(String name, String suffix) {
    if (!name.endsWith(suffix)) {
      throw new IllegalArgumentException("\"" + name + "\" does not end in " + suffix);
    }
    return VolumeName.check(name.substring(0, name.length() - suffix.length()));
  }

  private static void expect(String[] words, String... expected) {
    if (!List.of(words).equals(List.of(expected))) {
      throw new IllegalArgumentException(
          "the parameters are not \"" + String.join(" ", expected) + '"');
    }
  }

  static void once(boolean first, String name) {
    if (!first) {
      throw new IllegalArgumentException("a second time: " + name);
    }
  }

  /** A number without sign. */
  static long number(String word) {
    if (!word.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("not a number: " + word);
    }
    return Long.parseLong(word);
  }
}
