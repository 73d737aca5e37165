package org.dmsnap.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** LVM's lines about a merge, one below the other, or in one place with a bar on a terminal. */
final class ProgressLines {

  private static final int BAR = 40;
  private static final double ALL = 100;

  private final PrintWriter out;
  private final boolean terminal;
  private String printed = "";

  /** Prints to {@code out}, with a bar if {@code terminal}. */
  ProgressLines(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Prints to {@code out}, the standard output, with a bar if that is a terminal. */
  static ProgressLines onStandardOutput(PrintWriter out) {
    return new ProgressLines(out, Terminal.isTerminal(Terminal.STANDARD_OUTPUT));
  }

  /** {@code percent} of the merge into {@code origin} are done. */
  void merged(String origin, double percent) {
    String line = String.format(Locale.ROOT, "  %s: Merged: %.2f%%", origin, percent);
    print(terminal ? line + " " + bar(percent) : line);
  }

  /** Something else is to be said. */
  void say(String line) {
    print("  " + line);
  }

  /** Nothing more comes. */
  void end() {
    if (terminal && !printed.isEmpty()) {
      out.println();
      out.flush();
    }
  }

  private void print(String line) {
    if (line.equals(printed)) {
      return;
    }
    if (terminal) {
      out.print("\r" + line + " ".repeat(Math.max(0, printed.length() - line.length())));
    } else {
      out.println(line);
    }
    out.flush();
    printed = line;
  }

  private static String bar(double percent) {
    int full = (int) Math.max(0, Math.min(BAR, percent * BAR / ALL));
    return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
  }
}
