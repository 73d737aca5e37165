package org.dmsnap.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileNameCharset;
import org.dmsnap.kernel.OpenFile;

/**
 * Where what was asked for goes, and nothing else, in the bytes that a name has, whatever the
 * locale; and whether all of it has arrived, which print streams keep to themselves.
 *
 * <p>Java itself prints to descriptor 1: warnings, thread dumps, how it crashed. The launcher has
 * that lead to standard error, and names another descriptor for what the program prints.
 */
public final class StandardOutput {

  /** The property that bears the number of the descriptor. */
  private static final String FD = "dmsnap.outputFd";

  private static final int JAVA_S_OWN = 1;

  private StandardOutput() {}

  /** Has both streams say names as they are; before anything is printed. */
  public static void prepare() {
    System.setOut(stream(descriptor()));
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

  /** The number of its descriptor. */
  private static int fd() {
    return Integer.getInteger(FD, JAVA_S_OWN);
  }

  /** A link to it, by whatever name it was opened. */
  public static Path link() {
    return OpenFile.of(fd());
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

  /** Bytes as they are; who stops to read is a failure there. */
  public static WritableByteChannel channel() {
    return new Bytes(new FileOutputStream(descriptor()).getChannel());
  }

  /** Says in words which output it is that fails. */
  private record Bytes(WritableByteChannel out) implements WritableByteChannel {

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      try {
        return out.write(bytes);
      } catch (IOException failure) {
        String reason = ErrorLine.reason(failure);
        throw new IOException("cannot write to standard output: " + reason, failure);
      }
    }

    @Override
    public boolean isOpen() {
      return out.isOpen();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** The stream does not say why: one more byte does. */
  private static String reason() {
    try {
      new FileOutputStream(descriptor()).write('\n');
      return "some of it is missing";
    } catch (IOException failure) {
      return ErrorLine.reason(failure);
    }
  }

  /**
   * Java has no public way to one that is open already; opening the link would be another open
   * file, with an offset of its own, and of a socket is none.
   */
  private static FileDescriptor descriptor() {
    if (fd() == JAVA_S_OWN) {
      return FileDescriptor.out;
    }
    try {
      Constructor<FileDescriptor> open = FileDescriptor.class.getDeclaredConstructor(int.class);
      open.setAccessible(true); // see Add-Opens in the manifest
      return open.newInstance(fd());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java lets no descriptor be used", e);
    }
  }
}
