package org.dmsnap.cli.terminal;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** LVM's lines about a merge, one below the other, or in one place with a bar on a terminal. */
public final class ProgressLines {

  private static final int BAR = 30;
  private static final double ALL = 100;
  private static final double NANOS_IN_SECOND = 1e9;
  private static final int SECONDS_IN_MINUTE = 60;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier clock;
  private String printed = "";
  private boolean begun;
  private double percentBefore;
  private long nanosBefore;

  /**
   * Prints to {@code out}, with a bar if {@code terminal}.
   *
   * @param clock in nanoseconds
   */
  public ProgressLines(PrintWriter out, boolean terminal, LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** Prints to {@code out}, the standard output, with a bar if that is a terminal. */
  public static ProgressLines onStandardOutput(PrintWriter out) {
    return new ProgressLines(out, Terminal.isTerminal(StandardOutput.link()), System::nanoTime);
  }

  /** {@code percent} of the merge into {@code origin} are done. */
  public void merged(String origin, double percent) {
    String line = String.format(Locale.ROOT, "  %s: Merged: %.2f%%", origin, percent);
    print(terminal ? line + " " + bar(percent) + rate(percent) : line);
  }

  /** Something else is to be said. */
  public void say(String line) {
    print("  " + line);
  }

  /** Nothing more comes. */
  public void end() {
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

  /** How fast, and how long still at that rate; not in the first second, nor at the end. */
  private String rate(double percent) {
    if (!begun) {
      begun = true;
      percentBefore = percent;
      nanosBefore = clock.getAsLong();
    }
    double seconds = (clock.getAsLong() - nanosBefore) / NANOS_IN_SECOND;
    if (seconds < 1 || percent <= percentBefore || percent >= ALL) {
      return "";
    }
    double rate = (percent - percentBefore) / seconds;
    long left = Math.round((ALL - percent) / rate);
    return String.format(
        Locale.ROOT,
        " %.2f%%/s, %d:%02d left",
        rate,
        left / SECONDS_IN_MINUTE,
        left % SECONDS_IN_MINUTE);
  }

  private static String bar(double percent) {
    int full = (int) Math.max(0, Math.min(BAR, percent * BAR / ALL));
    return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
  }
}
