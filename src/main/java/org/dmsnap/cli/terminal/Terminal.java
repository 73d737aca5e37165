package org.dmsnap.cli.terminal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What the output goes to.
 *
 * @param tty whether it is a terminal
 * @param columns how wide it is
 * @param blocks whether it shows block characters
 */
public record Terminal(boolean tty, int columns, boolean blocks) {

  private static final int DEFAULT_COLUMNS = 80;

  /** That of this process. */
  public static Terminal ofThisProcess() {
    boolean tty = isTerminal(StandardOutput.link());
    return new Terminal(tty, columns(tty, System.getenv()), unicode());
  }

  /** Whether the open file is a terminal; {@code System.console()} no longer tells. */
  public static boolean isTerminal(Path openFile) {
    try {
      String device = Files.readSymbolicLink(openFile).toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }

  /** How wide it is: as the environment says, else as the terminal does if it is one. */
  static int columns(boolean tty, Map<String, String> environment) {
    String said = environment.getOrDefault("COLUMNS", "");
    if (said.matches("[1-9][0-9]{0,3}")) {
      return Integer.parseInt(said);
    }
    return tty ? askTerminal() : DEFAULT_COLUMNS;
  }

  /** What stty(1) says: rows, then columns. */
  private static int askTerminal() {
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
      String[] words =
          new String(stty.getInputStream().readAllBytes(), US_ASCII).strip().split(" ");
      int columns = words.length == 2 ? Integer.parseInt(words[1]) : 0;
      return columns > 0 ? columns : DEFAULT_COLUMNS;
    } catch (IOException | NumberFormatException unknown) {
      return DEFAULT_COLUMNS;
    }
  }

  /** Whether characters beyond ASCII are understood, by the name of the user's locale. */
  private static boolean unicode() {
    String charset = System.getProperty("native.encoding", "");
    String locale = System.getProperty("dmsnap.locale", charset); // which the launcher replaces
    return locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
  }
}
