package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the volumes of a pool say and hold.
 *
 * @param status status lines by volume; that of a merge is given as if it were a snapshot's
 * @param content SHA-256 by volume, empty where it cannot be read; both lack what changes all the
 *     time
 */
record Seen(Map<String, String> status, Map<String, String> content) {

  Seen() {
    this(new TreeMap<>(), new TreeMap<>());
  }

  /** Asserts that {@code other} has all of this. Overflow is forgotten by closing. */
  void assertSameIn(Seen other) {
    assertThat(other.content).containsAllEntriesOf(content);
    status.forEach(
        (name, line) -> {
          String there = other.status.get(name);
          assertThat(there).as("the status of %s", name).isNotNull();
          if (!line.endsWith("Overflow") && !there.endsWith("Overflow")) {
            assertThat(line).as("the status of %s", name).isEqualTo(there);
          }
        });
  }
}
