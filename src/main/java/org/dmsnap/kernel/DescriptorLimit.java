package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How many files a process may have open at a time, as {@code /proc/self/limits} tells. Java raises
 * the soft limit to the hard one as it starts, so that is the one that counts.
 */
public final class DescriptorLimit {

  private static final String LINE = "Max open files";
  private static final int HARD = 1; // of the numbers on the line: soft, hard

  private DescriptorLimit() {}

  /** That of this process; {@link Long#MAX_VALUE} if there is none, or it cannot be read. */
  public static long ofThisProcess() {
    return of(Path.of("/proc/self/limits"));
  }

  /** The one that the file {@code limits} has. */
  static long of(Path limits) {
    try {
      for (String line : KernelText.lines(limits)) {
        if (line.startsWith(LINE)) {
          return Long.parseLong(line.substring(LINE.length()).strip().split(" +")[HARD]);
        }
      }
      return Long.MAX_VALUE;
    } catch (IOException | NumberFormatException unlimited) {
      return Long.MAX_VALUE;
    }
  }

  /** What it is, and how it is raised. */
  public static String words() {
    return "the limit of a process is "
        + ofThisProcess()
        + " open files (LimitNOFILE= of a unit, ulimit -n in a shell, docker run --ulimit nofile=);"
        + " raise it and mount the pool again";
  }
}
