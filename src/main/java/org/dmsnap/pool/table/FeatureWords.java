package org.dmsnap.pool.table;

import java.util.EnumSet;
import java.util.Set;
import org.dmsnap.engine.Feature;

/** The optional words at the end of a snapshot's table line: their count, then each. */
public final class FeatureWords {

  private static final int COUNT = 4; // behind origin, COW device, type, chunk
  private static final int FIRST = COUNT + 1;
  private static final int MOST = Feature.values().length;

  private FeatureWords() {}

  /** The features in the parameters of a table line, which may have more words behind. */
  static Set<Feature> parse(String[] words) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    long count = words.length > COUNT ? TableParser.number(words[COUNT]) : 0;
    if (count > MOST || (count > words.length - FIRST && count > 0)) {
      throw new IllegalArgumentException("Invalid number of feature arguments: " + words[COUNT]);
    }
    for (int i = FIRST; i < FIRST + count; i++) {
      features.add(Feature.of(words[i]));
    }
    check(features);
    return features;
  }

  /** Refuses features that the kernel would not take together. */
  public static void check(Set<Feature> features) {
    if (features.contains(Feature.DISCARD_PASSDOWN_ORIGIN)
        && !features.contains(Feature.DISCARD_ZEROES_COW)) {
      throw new IllegalArgumentException(
          "discard_passdown_origin feature depends on discard_zeroes_cow");
    }
  }
}
