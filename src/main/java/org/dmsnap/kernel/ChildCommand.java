package org.dmsnap.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a program to run, of {@link FileName}'s text. Java hands on what its locale can say
 * alone; any other bytes a shell makes of octal numbers.
 */
public final class ChildCommand {

  private static final String DECODE =
      "for word; do shift; word=$(printf '%b.' \"$word\"); set -- \"$@\" \"${word%.}\"; done;"
          + " exec \"$@\"";

  private ChildCommand() {}

  /** What to have {@link ProcessBuilder} run so that {@code words} run. */
  public static List<String> of(List<String> words) {
    if (String.join("", words).chars().allMatch(letter -> letter < 0x80)) {
      return words;
    }
    List<String> encoded = new ArrayList<>(List.of("sh", "-c", DECODE, "sh"));
    words.forEach(word -> encoded.add(octal(word)));
    return encoded;
  }

  private static String octal(String word) {
    StringBuilder text = new StringBuilder();
    for (byte each : FileName.bytes(word)) {
      if (each > ' ' && each != '\\') {
        text.append((char) each);
      } else {
        text.append("\\0");
        text.append(each >> 6 & 3).append(each >> 3 & 7).append(each & 7);
      }
    }
    return text.toString();
  }
}
