package org.dmsnap.engine;

import java.util.Locale;

/** The optional words of a snapshot's table line, in the order in which the kernel prints them. */
public enum Feature {
  /** A discard of a whole excepted chunk zeroes it. */
  DISCARD_ZEROES_COW,
  /** A discard of a snapshot goes to the origin's image as well, beneath all its snapshots. */
  DISCARD_PASSDOWN_ORIGIN;

  /**
   * The feature that {@code word} stands for, in upper or lower case as the kernel takes it.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Feature of(String word) {
    for (Feature feature : values()) {
      if (feature.name().equalsIgnoreCase(word)) {
        return feature;
      }
    }
    throw new IllegalArgumentException("Unrecognised feature requested: " + word);
  }

  /** The word as it stands in a table line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
