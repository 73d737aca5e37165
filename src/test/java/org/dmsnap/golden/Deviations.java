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
      "the kernel cuts this merge at a moment of its own choosing, by a slow or failing device";
  private static final String INACTIVE = "a target is not shown before it is resumed here";
  private static final String DISCARD =
      "a discard that returns success reads back as zeroes here, or is refused; the kernel may"
          + " leave old data, and what the device holds afterwards is the device's affair";
  private static final String HANDOVER =
      "two tables of one name, and exceptions handed from one to the other, are of the device"
          + " mapper; a snapshot is opened once here";
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

  /**
   * Steps that are left out.
   *
   * @param scenario the beginning of the scenario's name
   * @param from the first line of {@code ops.txt}
   * @param to the last one
   */
  private record Deviation(String scenario, int from, int to, String reason) {}

  private static final List<Deviation> ALL =
      List.of(
          new Deviation("24-", 0, END, HANDOVER),
          new Deviation("30-", 24, 26, INACTIVE),
          new Deviation("31-", 0, END, HANDOVER),
          new Deviation("32-", 0, END, CUT),
          new Deviation("33-", 0, END, CUT),
          new Deviation("34-", 0, END, CUT),
          new Deviation("35-", 0, END, CUT),
          new Deviation("36-", 0, END, HANDOVER),
          new Deviation("41-", 0, END, CUT),
          new Deviation("42-", 27, 29, INACTIVE),
          new Deviation("43-", 0, END, HANDOVER),
          new Deviation("44-", 0, END, CUT),
          new Deviation("45-", 0, END, HANDOVER),
          new Deviation("46-", 0, END, HANDOVER),
          new Deviation("47-", 0, END, HANDOVER),
          new Deviation("48-", 0, END, DISCARD),
          new Deviation("5", 0, END, DISCARD),
          new Deviation("60-", 0, END, SHORT),
          new Deviation("61-", 12, END, CUT),
          new Deviation("62-", 0, END, BOUNDARY),
          new Deviation("65-", 5, END, TOO_SMALL),
          new Deviation("70-", 0, END, ARGUMENTS),
          new Deviation("71-", 31, 32, RECORDS),
          new Deviation("72-", 13, 14, RECORDS),
          new Deviation("72-", 33, 34, RECORDS),
          new Deviation("80-", 178, END, CUT),
          new Deviation("83-", 136, END, CUT));

  private Deviations() {}

  /** Why {@code line} of {@code scenario} is left out, if it is. */
  static Optional<String> reason(Scenario scenario, int line) {
    return ALL.stream()
        .filter(known -> scenario.name().startsWith(known.scenario()))
        .filter(known -> known.from() <= line && line <= known.to())
        .map(Deviation::reason)
        .findFirst();
  }

  /** Why all of {@code scenario} is left out, if it is. */
  static Optional<String> reason(Scenario scenario) {
    return ALL.stream()
        .filter(known -> scenario.name().startsWith(known.scenario()))
        .filter(known -> known.from() == 0 && known.to() == END)
        .map(Deviation::reason)
        .findFirst();
  }
}
