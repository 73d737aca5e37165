package org.dmsnap.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileNameCharset;

/**
 * What is printed, in the bytes that a name has, whatever the locale; and whether all of it has
 * arrived, which print streams keep to themselves.
 */
public final class StandardOutput {

  private StandardOutput() {}

  /** Has both streams say names as they are; before anything is printed. */
  public static void prepare() {
    System.setOut(stream(FileDescriptor.out));
    System.setErr(stream(FileDescriptor.err));
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    OutputStream file = new BufferedOutputStream(new FileOutputStream(descriptor));
    return new PrintStream(file, true, FileNameCharset.INSTANCE);
  }

  /** A writer to {@code stream}, which is flushed by the line. */
  public static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, FileNameCharset.INSTANCE), true);
  }

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
