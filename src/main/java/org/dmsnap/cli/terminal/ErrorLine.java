package org.dmsnap.cli.terminal;

import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/** What went wrong, as the one line on standard error that says so. */
public final class ErrorLine {

  private ErrorLine() {}

  /** Prints {@code text} as one line of the program's. */
  public static void print(CommandLine commandLine, String text) {
    commandLine.getErr().println(Journal.error("dmsnap: " + text));
    commandLine.getErr().flush();
  }

  /** What a failure says, on one line. */
  public static String reason(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof NoSuchFileException && message != null) {
      return message + " does not exist";
    }
    return message == null ? failure.toString() : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
