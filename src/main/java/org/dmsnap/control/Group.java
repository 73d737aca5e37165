package org.dmsnap.control;

import java.util.ArrayList;
import java.util.List;

/** A line of several of the same, separated by {@code ;}, that happen in one moment. */
public final class Group {

  /** What stands between two, as a word. */
  static final String SEPARATOR = ";";

  private Group() {}

  /**
   * The words of each of the line's members, in order; all of them of a command that takes but one.
   *
   * @throws IllegalArgumentException if one has too few words or too many
   */
  public static List<List<String>> members(Command command, List<String> line) {
    List<List<String>> members = new ArrayList<>();
    int start = 0;
    for (int end = 0; end <= line.size(); end++) {
      boolean ends = end == line.size() || (command.inGroups() && line.get(end).equals(SEPARATOR));
      if (ends) {
        members.add(line.subList(start, end));
        start = end + 1;
      }
    }
    members.forEach(member -> check(command, member, members.size()));
    return members;
  }

  private static void check(Command command, List<String> member, int count) {
    if (command.wordCount().allows(member.size())) {
      return;
    }
    boolean few = member.size() < command.wordCount().least();
    String which = count == 1 ? "" : " in \"" + String.join(" ", member) + '"';
    throw new IllegalArgumentException(
        (few ? "too few words" : "too many words") + which + ", usage: " + command.line());
  }
}
