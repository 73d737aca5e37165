package org.dmsnap.control;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.dmsnap.block.Sectors;

/** Sizes with a unit: how they are read from a control line, and how LVM prints them. */
final class Sizes {

  /** Which units there are, for usages and errors. */
  static final String HELP =
      "Sizes carry a unit: b (bytes), s (sectors of 512), K, M, G or T (powers of 1024).";

  private static final String UNITS = "bsKMGT";
  private static final int[] SHIFTS = {0, 9, 10, 20, 30, 40};
  private static final String PRINTED_UNITS = "kmgtpe";

  private Sizes() {}

  /**
   * The bytes that {@code word}, such as {@code 100M}, stands for.
   *
   * @throws IllegalArgumentException if that is no size, none at all, or no whole number of sectors
   */
  static long parse(String word) {
    int digits = 0;
    while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
      digits++;
    }
    int unit = digits == word.length() - 1 ? UNITS.indexOf(word.charAt(digits)) : -1;
    if (digits == 0 || unit < 0) {
      throw new IllegalArgumentException(
          "bad size " + (word.isEmpty() ? "(none)" : word) + ". " + HELP);
    }
    long bytes = bytes(word, word.substring(0, digits), SHIFTS[unit]);
    if (bytes == 0) {
      throw new IllegalArgumentException("bad size " + word + ": it must be more than none");
    }
    if (!Sectors.whole(bytes)) {
      throw new IllegalArgumentException(
          "bad size " + word + ": it is not a whole number of sectors of 512 bytes");
    }
    return bytes;
  }

  private static long bytes(String word, String digits, int shift) {
    try {
      return Math.multiplyExact(Long.parseLong(digits), 1L << shift);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "bad size " + word + ": the largest possible is " + Long.MAX_VALUE + " bytes", e);
    }
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
