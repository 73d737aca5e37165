package org.dmsnap.cli.mounted;

/**
 * How full a COW device is, by a status line.
 *
 * @param used of it, in sectors; 0 if that is metadata alone, as LVM reckons
 * @param total sectors; 0 if the line has no numbers
 */
public record Fullness(long used, long total) {

  /** From where on LVM warns. */
  public static final int WARNING = 80;

  private static final int ALL = 100;
  private static final int NUMBERS = 3;
  private static final int METADATA = 4;
  private static final Fullness NONE = new Fullness(0, 0);

  /** That of the device with the status line {@code line}. */
  public static Fullness ofStatus(String line) {
    String[] words = line.split(" ");
    if (words.length <= NUMBERS || !words[NUMBERS].matches("[0-9]{1,18}/[0-9]{1,18}")) {
      return NONE;
    }
    String[] numbers = words[NUMBERS].split("/");
    boolean empty = words.length > METADATA && numbers[0].equals(words[METADATA].strip());
    return new Fullness(empty ? 0 : Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  /** Percent in use. */
  public double percent() {
    return total == 0 ? 0 : (double) used * ALL / total;
  }

  /** Whether LVM would warn. */
  public boolean nearlyFull() {
    return percent() >= WARNING;
  }
}
