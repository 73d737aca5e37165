package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the volumes of a pool say and hold.
 *
 * @param status status lines by volume; that of a merge is given as if it were a snapshot's, and is
 *     missing where it changes all the time
 * @param content SHA-256 by volume, empty where it cannot be read
 */
record Seen(Map<String, String> status, Map<String, String> content) {

  Seen() {
    this(new TreeMap<>(), new TreeMap<>());
  }

  /** Asserts that this is what {@code other} is, too. Overflow is forgotten by closing. */
  void assertSame(Seen other) {
    assertThat(content).isEqualTo(other.content);
    status.forEach(
        (name, line) -> {
          String there = other.status.getOrDefault(name, line);
          if (!line.endsWith("Overflow") && !there.endsWith("Overflow")) {
            assertThat(line).as("the status of %s", name).isEqualTo(there);
          }
        });
  }
}
