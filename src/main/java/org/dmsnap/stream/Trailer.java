package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What dmsnap puts behind the end of a stream, where other readers stop: lines of text.
 *
 * <pre>
 * dmsnap 1
 * to 6f1e…
 * from 09ab…
 * crc32c 1b2c3d4e
 * end
 * </pre>
 *
 * @param to the number of what the stream makes, or an empty text
 * @param from the number of what it is a difference from, or an empty text
 * @param digest the CRC-32C of all bytes from the first to the {@code e}, or an empty text
 */
public record Trailer(String to, String from, String digest) {

  /** That of a stream which has none. */
  public static final Trailer NONE = new Trailer("", "", "");

  /** No trailer is longer, in bytes. */
  static final int LONGEST = 256;

  private static final String NUMBER = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
  private static final Pattern TEXT =
      Pattern.compile(
          "dmsnap 1\n(?:to "
              + NUMBER
              + "\n)?(?:from "
              + NUMBER
              + "\n)?crc32c ([0-9a-f]{8})\nend\n");

  /** Whether it is one of dmsnap's. */
  public boolean present() {
    return !digest.isEmpty();
  }

  /** The trailer that {@code bytes} are, or empty. */
  static Optional<Trailer> of(byte[] bytes, int length) {
    Matcher text = TEXT.matcher(new String(bytes, 0, length, US_ASCII));
    if (!text.matches()) {
      return Optional.empty();
    }
    return Optional.of(new Trailer(given(text.group(1)), given(text.group(2)), text.group(3)));
  }

  private static String given(@Nullable String group) {
    return group == null ? "" : group;
  }

  /** How a digest is written. */
  static String digest(long crc) {
    return "%08x".formatted(crc);
  }

  /** The lines. */
  byte[] bytes() {
    return ("dmsnap 1\n"
            + (to.isEmpty() ? "" : "to " + to + "\n")
            + (from.isEmpty() ? "" : "from " + from + "\n")
            + "crc32c "
            + digest
            + "\nend\n")
        .getBytes(US_ASCII);
  }
}
