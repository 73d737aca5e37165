package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The words that this process was started with, as they were typed: Java makes text of them by the
 * locale, in which other bytes are lost, but {@code /proc} has them all.
 */
public final class CommandLineWords {

  private static final Path CMDLINE = Path.of("/proc/self/cmdline");

  private CommandLineWords() {}

  /** {@code words}, as main got them, in {@link FileName}'s text. */
  public static String[] exactly(String... words) {
    return exactly(CMDLINE, words);
  }

  /** As above; {@code cmdline} has all words, each with a zero behind it, {@code words} last. */
  static String[] exactly(Path cmdline, String... words) {
    if (Arrays.stream(words).allMatch(CommandLineWords::plain)) {
      return words;
    }
    try {
      String text = new String(Files.readAllBytes(cmdline), ISO_8859_1);
      String[] all = text.split("\0", -1); // and nothing behind the last zero
      int first = all.length - 1 - words.length;
      return first < 0 ? words : merged(words, Arrays.copyOfRange(all, first, all.length - 1));
    } catch (IOException hidden) {
      return words; // a system without /proc
    }
  }

  private static String[] merged(String[] words, String[] raw) {
    String[] exact = words.clone();
    for (int i = 0; i < words.length; i++) {
      if (!plain(words[i])) {
        exact[i] = FileName.of(raw[i].getBytes(ISO_8859_1));
      }
    }
    return exact;
  }

  private static boolean plain(String word) {
    return word.chars().allMatch(letter -> letter < 0x80);
  }
}
