package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What every volume ought to read as, whoever serves it.
 *
 * <p>A snapshot's name is its origin's, a dot, and more; one whose name has "tiny" in it may become
 * Invalid, no other.
 */
final class Model {

  /** A change of {@code length} bytes from {@code position} of {@code volume}. */
  record Range(String volume, long position, int length) {}

  private final Map<String, byte[]> contents = new TreeMap<>();
  private final Set<String> invalid = new TreeSet<>();
  private final List<Range> failed = new ArrayList<>();

  /** The origin of a snapshot; an origin is its own. */
  static String originOf(String name) {
    return name.split("[.]")[0];
  }

  void create(String origin, int bytes) {
    contents.put(origin, new byte[bytes]);
  }

  void snapshot(String name) {
    contents.put(name, contents.get(originOf(name)).clone());
  }

  void remove(String name) {
    contents.remove(name);
    invalid.remove(name);
  }

  void merge(String snapshot) {
    contents.put(originOf(snapshot), contents.remove(snapshot));
  }

  /** All volumes. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(invalid);
    names.addAll(contents.keySet());
    return names;
  }

  /** The volumes that can be read. */
  List<String> readable() {
    return List.copyOf(contents.keySet());
  }

  /** The snapshots that became Invalid. */
  Set<String> invalid() {
    return invalid;
  }

  List<String> origins() {
    return contents.keySet().stream().filter(name -> !name.contains(".")).toList();
  }

  /** Those that can be read, and those that cannot. */
  List<String> snapshotsOf(String origin) {
    return names().stream().filter(name -> name.startsWith(origin + ".")).toList();
  }

  int size(String name) {
    return contents.get(name).length;
  }

  void write(Range range, byte[] data, int source) {
    System.arraycopy(
        data, source, contents.get(range.volume()), (int) range.position(), range.length());
  }

  void zero(Range range) {
    int from = (int) range.position();
    Arrays.fill(contents.get(range.volume()), from, from + range.length(), (byte) 0);
  }

  /** Takes note of a change that did not end well: any part of it may have happened. */
  void failed(Range range) {
    failed.add(range);
  }

  /** Compares what was read, null where it could not be, and takes over what was uncertain. */
  void check(Map<String, byte[]> read) {
    for (Range range : failed) {
      byte[] seen = read.get(range.volume());
      if (seen != null && contents.containsKey(range.volume())) {
        write(range, seen, (int) range.position());
      }
    }
    failed.clear();
    assertThat(invalid).as("what is Invalid stays so").noneMatch(read::containsKey);
    for (String name : readable()) {
      byte[] seen = read.get(name);
      if (seen == null) {
        assertThat(name).as("a volume that cannot be read").contains("tiny");
        contents.remove(name);
        invalid.add(name);
      } else {
        assertThat(Arrays.mismatch(seen, contents.get(name)))
            .as("the first byte of %s that is not what was written", name)
            .isEqualTo(-1);
      }
    }
  }
}
