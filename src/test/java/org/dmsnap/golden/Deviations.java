package org.dmsnap.golden;

import java.util.List;
import java.util.Optional;

/**
 * Everything in the golden scenarios that is not done or not compared here, and why.
 *
 * <p>Of the kernel's other behaviours these have no counterpart: device numbers, two tables of one
 * name and handover between them, targets that start elsewhere than at 0 or are shorter than their
 * origin, snapshots that are loaded and not resumed, and snapshots that name the origin's target in
 * place of its image.
 */
final class Deviations {

  private static final int END = Integer.MAX_VALUE;

  private static final String CUT =
      "the kernel was cut here at a moment of its own choosing; what it left is taken over";
  private static final String MOMENT =
      "what is seen here depends on how far the kernel's merge had come";
  private static final String INACTIVE = "a target is not shown before it is resumed here";
  private static final String OLD_DATA =
      "the kernel reports success and leaves the origin's data; here that is refused";
  private static final String ORIGIN_DISCARD =
      "an origin with snapshots takes discards here, after copying out";
  private static final String MERGE_DISCARD =
      "the kernel reports success for a discard during a merge, and does nothing; here it is"
          + " refused";
  private static final String TWO_TABLES =
      "the second table of a name waits there until it is resumed; here it replaces the first";
  private static final String SAME_NAME =
      "a live snapshot that is loaded again under its name is the device mapper's affair";
  private static final String GONE =
      "a snapshot is gone once it merges; that its open files fail is shown by the pool's tests";
  private static final String INVALID =
      "an Invalid snapshot cannot be merged; the pool refuses it, in words";
  private static final String OVERFLOW =
      "the kernel says Overflow even once the merge is over; here the numbers tell its end";
  private static final String SECOND_MERGE =
      "another merge into the same origin is refused by the pool, which has its own tests for it";
  private static final String SHORT =
      "a snapshot has its origin's size here, so none can be shorter";
  private static final String BOUNDARY =
      "the kernel loses data of a snapshot that is younger than its running origin; here every"
          + " snapshot is protected from the moment it is added";
  private static final String ARGUMENTS =
      "table lines are read by the pool, which has its own tests for them";
  private static final String TOO_SMALL =
      "the kernel writes a header to a device that has no room for the area behind it; here such"
          + " a device is refused untouched";
  private static final String RECORDS =
      "a record that points outside the devices or at metadata makes the load fail here";

  /** In place of a key: everything that is to be seen. */
  private static final String ALL_SEEN = "*";

  /**
   * What is left out.
   *
   * @param scenario the beginning of the scenario's name
   * @param from the first line of {@code ops.txt}
   * @param to the last one
   * @param key which of the things to be seen after the step; if empty, the step itself
   */
  private record Deviation(String scenario, int from, int to, String key, String reason) {

    Deviation(String scenario, int from, int to, String reason) {
      this(scenario, from, to, "", reason);
    }

    boolean covers(Scenario it, int line, String seen) {
      return it.name().startsWith(scenario)
          && from <= line
          && line <= to
          && (key.equals(seen) || key.equals(ALL_SEEN) && !seen.isEmpty());
    }
  }

  private static final List<Deviation> ALL =
      List.of(
          new Deviation("24-", 0, END, SAME_NAME),
          new Deviation("30-", 24, 26, INACTIVE),
          new Deviation("31-", 27, 32, ALL_SEEN, TWO_TABLES),
          new Deviation("31-", 39, 40, "rc", GONE),
          new Deviation("31-", 42, 43, ALL_SEEN, TWO_TABLES),
          new Deviation("32-", 29, 39, CUT),
          new Deviation("33-", 29, 34, CUT),
          new Deviation("34-", 28, 41, CUT),
          new Deviation("35-", 32, END, "raw cow", MOMENT),
          new Deviation("41-", 74, 83, CUT),
          new Deviation("42-", 27, 29, INACTIVE),
          new Deviation("43-", 14, 24, "status org", MOMENT),
          new Deviation("43-", 20, 22, "rc", GONE),
          new Deviation("44-", 30, 36, MOMENT),
          new Deviation("45-", 18, 20, SECOND_MERGE),
          new Deviation("46-", 10, 13, ALL_SEEN, TWO_TABLES),
          new Deviation("46-", 14, END, "status org", OVERFLOW),
          new Deviation("47-", 0, END, INVALID),
          new Deviation("48-", 16, 17, MERGE_DISCARD),
          new Deviation("50-", 13, 15, "rc", OLD_DATA),
          new Deviation("50-", 17, 19, ORIGIN_DISCARD),
          new Deviation("51-", 17, 19, ORIGIN_DISCARD),
          new Deviation("52-", 17, 19, ORIGIN_DISCARD),
          new Deviation("60-", 0, END, SHORT),
          new Deviation("62-", 0, END, BOUNDARY),
          new Deviation("65-", 5, END, TOO_SMALL),
          new Deviation("70-", 0, END, ARGUMENTS),
          new Deviation("71-", 31, 32, RECORDS),
          new Deviation("72-", 13, 14, RECORDS),
          new Deviation("72-", 33, 34, RECORDS));

  private Deviations() {}

  /** Why {@code line} of {@code scenario} is left out, or what {@code key} is not compared. */
  static Optional<String> reason(Scenario scenario, int line, String key) {
    return ALL.stream()
        .filter(known -> known.covers(scenario, line, key))
        .map(Deviation::reason)
        .findFirst();
  }

  /** Why all of {@code scenario} is left out, if it is. */
  static Optional<String> reason(Scenario scenario) {
    return ALL.stream()
        .filter(known -> known.covers(scenario, 0, "") && known.to() == END)
        .map(Deviation::reason)
        .findFirst();
  }
}
