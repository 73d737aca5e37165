package org.dmsnap.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import jnr.constants.platform.Errno;

/** Whether all that was printed has arrived, which print streams keep to themselves. */
public final class StandardOutput {

  private StandardOutput() {}

  /**
   * Flushes it.
   *
   * @throws IOException if something could not be written, but for want of a reader: who closes a
   *     pipe early has what they want
   */
  public static void check() throws IOException {
    if (!System.out.checkError()) {
      return;
    }
    String reason = reason();
    if (!Errno.EPIPE.description().equals(reason)) {
      throw new IOException("cannot write to standard output: " + reason);
    }
  }

  /** The stream does not say why: one more byte does. */
  private static String reason() {
    try {
      new FileOutputStream(FileDescriptor.out).write('\n');
      return "some of it is missing";
    } catch (IOException failure) {
      return ErrorLine.reason(failure);
    }
  }
}
