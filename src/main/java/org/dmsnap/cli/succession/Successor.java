package org.dmsnap.cli.succession;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.cli.terminal.Journal;
import org.dmsnap.kernel.Proc;

/**
 * How a successor of this server is started.
 *
 * @param words the program that is installed by then, and its words: they name everything by its
 *     absolute path
 * @param foreground whether it is to speak on the terminal, as this one does
 */
public record Successor(List<String> words, boolean foreground) {

  private static final String LOCALE = System.getProperty("dmsnap.locale", "");

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  // include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h
  private static final int READ_AND_WRITE = 2;
  private static final int CLOSE_ON_EXEC = 02000000;
  private static final int CURRENT_DIRECTORY = -100;

  /** Those of an earlier one, and what the launcher has put in the place of the user's own. */
  private static final Set<String> NOT_HANDED_ON =
      Set.of(
          "LISTEN_PID",
          "LISTEN_FDS",
          "LISTEN_FDNAMES",
          "DMSNAP_KEEPER",
          "DMSNAP_DEATHS",
          "DMSNAP_EPOCH",
          "LC_ALL");

  /** The environment of this process with {@code more}, each as {@code NAME=value}. */
  List<String> environment(Map<String, String> more) throws IOException {
    List<String> all = new ArrayList<>();
    for (String each : Proc.environment()) {
      int equals = each.indexOf('=');
      if (equals > 0 && !NOT_HANDED_ON.contains(each.substring(0, equals))) {
        all.add(each);
      }
    }
    if (!LOCALE.isEmpty()) {
      all.add("LC_ALL=" + LOCALE);
    }
    more.forEach((name, value) -> all.add(name + "=" + value));
    return all;
  }

  /** Its standard output and standard error. */
  int[] openOutputs() throws IOException {
    int nothing =
        LibC.INSTANCE.openat(CURRENT_DIRECTORY, "/dev/null", READ_AND_WRITE | CLOSE_ON_EXEC, 0);
    if (nothing < 0) {
      throw LastErrno.failure("open /dev/null");
    }
    boolean speaks = foreground || Journal.isStandardError();
    return new int[] {
      foreground ? STANDARD_OUTPUT : nothing, speaks ? STANDARD_ERROR : nothing, nothing
    };
  }

  /** Gives back what {@link #openOutputs} opened. */
  static void closeOutputs(int[] outputs) {
    LibC.INSTANCE.close(outputs[outputs.length - 1]);
  }
}
