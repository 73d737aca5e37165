package org.dmsnap.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.dmsnap.kernel.FileNameCharset;
import org.dmsnap.kernel.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * Standard error where systemd's journal reads it: the level stands before a line as the journal
 * wants it, see sd-daemon(3), and the time is left out, for the journal has its own.
 */
public final class Journal extends PrintStream {

  /** The levels as the log prints them, and as the journal reads them. */
  private static final Map<String, String> LEVELS =
      Map.of("ERROR ", "<3>", "WARN ", "<4>", "INFO ", "<6>", "DEBUG ", "<7>");

  private static final String VARIABLE = "JOURNAL_STREAM"; // device:inode, in decimal
  private static final String SHOW_TIME = "org.slf4j.simpleLogger.showDateTime";

  /** Writes to {@code out}, by line. */
  Journal(OutputStream out) {
    super(out, true, FileNameCharset.INSTANCE);
  }

  /** Whether the journal reads this process's standard error. */
  public static boolean isStandardError() {
    return reads(OpenFile.STANDARD_ERROR, System.getenv(VARIABLE));
  }

  /** Whether {@code file} is the one that {@code stream} names. */
  static boolean reads(Path file, @Nullable String stream) {
    if (stream == null) {
      return false;
    }
    try {
      Map<String, Object> stat = Files.readAttributes(file, "unix:dev,ino");
      return stream.equals(stat.get("dev") + ":" + stat.get("ino"));
    } catch (IOException closed) {
      return false;
    }
  }

  /** Has standard error suit the journal if that reads it; before the first line is logged. */
  public static void prepare() {
    if (isStandardError()) {
      System.setProperty(SHOW_TIME, "false");
      System.setErr(new Journal(System.err));
    }
  }

  /** {@code line} as an error's, should the journal read it. */
  static String error(String line) {
    return isStandardError() ? "<3>" + line : line;
  }

  /** A line of the log; its level goes before it as a number. */
  @Override
  public void println(@Nullable String line) {
    super.println(leveled(Objects.requireNonNullElse(line, "null")));
  }

  private static String leveled(String line) {
    String level = line.substring(0, line.indexOf(' ') + 1);
    String number = LEVELS.get(level);
    return number == null ? line : number + line.substring(level.length());
  }
}
