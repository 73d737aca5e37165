package org.dmsnap.engine;

import java.util.Locale;

/** The optional words of a snapshot's table line, in the order in which the kernel prints them. */
public enum Feature {
  /** A discard of a whole excepted chunk zeroes it. */
  DISCARD_ZEROES_COW,
  /** A discard of a snapshot goes to the origin's image as well, beneath all its snapshots. */
  DISCARD_PASSDOWN_ORIGIN;

  /** The word as it stands in a table line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
