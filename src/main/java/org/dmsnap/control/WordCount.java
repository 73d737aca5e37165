package org.dmsnap.control;

import java.util.List;

/**
 * How many words a control line may have.
 *
 * @param least as many at least
 * @param most as many at most
 */
public record WordCount(int least, int most) {

  private static final String AND_SO_ON = "...";

  /** As the words of a usage say it: {@code NAME SIZE [TYPE [#COUNT THING...]]}. */
  static WordCount of(String usage) {
    String[] words = usage.split(" ");
    int least = 0;
    while (least < words.length && !words[least].startsWith("[")) {
      least++;
    }
    return new WordCount(least, usage.contains(AND_SO_ON) ? Integer.MAX_VALUE : words.length);
  }

  /** The words of {@code usage} that there must be. */
  String first(String usage) {
    return String.join(" ", List.of(usage.split(" ")).subList(0, least));
  }

  /** Whether a line may have {@code count} words. */
  public boolean allows(int count) {
    return count >= least && count <= most;
  }
}
