package org.dmsnap.control;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.state.EventLog;

/** Sizes with a unit: how they are read from a control line, and how LVM prints them. */
final class Sizes {

  /** Which units there are, for usages and errors. */
  static final String HELP =
      "Sizes carry a unit: b (bytes), s (sectors of 512), K, M, G, T or P (powers of 1024), also as"
          + " k or KiB, and may have decimals, such as 1.5G.";

  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(?:([bs])|([KkMmGgTtPp])(?:iB)?)");
  private static final Pattern SHARE = Pattern.compile("(?i)([0-9]+(?:\\.[0-9]+)?)%ORIGIN");

  private static final String UNITS = "bkmgtp";
  private static final String PRINTED_UNITS = "kmgtpe";
  private static final BigDecimal SECTOR = BigDecimal.valueOf(Sectors.BYTES);
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Sizes() {}

  /**
   * The bytes that {@code word}, such as {@code 1.5G}, stands for, rounded up to whole sectors; the
   * log tells if they were.
   *
   * @throws IllegalArgumentException if that is no size, none at all, or more than a file can have
   */
  static long parse(String word, EventLog log) {
    Matcher size = SIZE.matcher(word);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "bad size " + (word.isEmpty() ? "(none)" : word) + ". " + HELP);
    }
    BigDecimal number = new BigDecimal(size.group(1));
    return rounded(word, number.multiply(unit(size)), Sectors.BYTES, log);
  }

  private static BigDecimal unit(Matcher size) {
    if (size.group(2) == null) {
      int shift = 10 * UNITS.indexOf(size.group(3).toLowerCase(Locale.ROOT));
      return BigDecimal.valueOf(1L << shift);
    }
    return size.group(2).equals("s") ? SECTOR : BigDecimal.ONE;
  }

  /** Whether {@code word} is a share of an origin's size, such as {@code 20%ORIGIN}. */
  static boolean isShare(String word) {
    return SHARE.matcher(word).matches();
  }

  /**
   * The bytes of a share of {@code originBytes}, rounded up to whole chunks; the log tells if they
   * were.
   *
   * @param word for which {@link #isShare} holds
   * @throws IllegalArgumentException as {@link #parse}
   */
  static long share(String word, long originBytes, long chunkBytes, EventLog log) {
    Matcher share = SHARE.matcher(word);
    if (!share.matches()) {
      throw new IllegalArgumentException("bad size " + word);
    }
    BigDecimal bytes =
        new BigDecimal(share.group(1)).multiply(BigDecimal.valueOf(originBytes)).movePointLeft(2);
    return rounded(word, bytes, chunkBytes, log);
  }

  private static long rounded(String word, BigDecimal exact, long piece, EventLog log) {
    if (exact.signum() == 0) {
      throw new IllegalArgumentException("bad size " + word + ": it must be more than none");
    }
    BigDecimal unit = BigDecimal.valueOf(piece);
    BigDecimal bytes = exact.divide(unit, 0, RoundingMode.CEILING).multiply(unit);
    if (bytes.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "bad size " + word + ": the largest possible is " + MOST + " bytes");
    }
    if (bytes.compareTo(exact) != 0) {
      String whole = piece == Sectors.BYTES ? "sectors" : "chunks";
      log.warning("rounding up " + word + " to whole " + whole + ": " + bytes + "b");
    }
    return bytes.longValueExact();
  }

  /**
   * {@code bytes} as LVM's {@code --units r} prints them: two decimals of the largest unit that is
   * not larger, with {@code <} before what was rounded up.
   */
  static String print(long bytes) {
    if (bytes < 1024) {
      return bytes + ".00b";
    }
    int unit = (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) / 10;
    BigDecimal exact = BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(1L << (10 * unit)));
    BigDecimal shown = exact.setScale(2, RoundingMode.HALF_UP);
    return (shown.compareTo(exact) > 0 ? "<" : "") + shown + PRINTED_UNITS.charAt(unit - 1);
  }
}
