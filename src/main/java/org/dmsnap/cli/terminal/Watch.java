package org.dmsnap.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * Looks at a text again and again, until it cannot be had any more, nobody reads, or the thread is
 * interrupted.
 *
 * @param tty whether {@code out} is a terminal
 * @param pauseMillis from one look to the next
 */
record Watch(PrintWriter out, boolean tty, long pauseMillis) {

  private static final String HOME = "\u001b[H";
  private static final String CLEAR = HOME + "\u001b[2J";
  private static final String TO_END_OF_LINE = "\u001b[K";
  private static final String TO_END_OF_SCREEN = "\u001b[J";

  /** A text in colours. */
  @FunctionalInterface
  public interface Page {
    /** The text as it is now, with a newline at its end. */
    String render(Palette palette) throws IOException;
  }

  /** A text as it is now. */
  @FunctionalInterface
  interface Text {
    /** The text, with a newline at its end. */
    String now() throws IOException;
  }

  /** Draws the text in one place of a terminal; elsewhere prints it whenever it has changed. */
  void show(Text text) throws IOException {
    String last = tty ? CLEAR : "";
    out.print(last);
    for (String now = text.now(); ; now = again(text)) {
      if (tty) {
        out.print(HOME + now.replace("\n", TO_END_OF_LINE + "\n") + TO_END_OF_SCREEN);
      } else if (!now.equals(last)) {
        out.print(now);
      }
      last = now;
      if (!goesOn()) {
        return;
      }
    }
  }

  /** Prints the lines, and then those that are added at the end. */
  void follow(Text text) throws IOException {
    String last = "";
    for (String now = text.now(); ; now = again(text)) {
      List<String> lines = now.lines().toList();
      List<String> more = lines.subList(lines.lastIndexOf(last) + 1, lines.size());
      more.forEach(line -> out.print(line + "\n"));
      last = lines.isEmpty() ? last : lines.get(lines.size() - 1);
      if (!goesOn()) {
        return;
      }
    }
  }

  /** The text of a pool that was there before. */
  private static String again(Text text) throws IOException {
    try {
      return text.now();
    } catch (ErrnoException failure) {
      if (failure.errno() == Errno.EINVAL) { // no pool is mounted there
        throw new ErrnoException(Errno.ENODEV, "the pool is not mounted any more", failure);
      }
      throw failure;
    }
  }

  private boolean goesOn() {
    if (out.checkError()) { // and flush
      return false;
    }
    try {
      Thread.sleep(pauseMillis);
      return true;
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
