package org.dmsnap.cli.cow;

import java.io.IOException;
import java.io.PrintWriter;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.Usage;

/**
 * How a dump is printed, piece by piece in the order of the methods, so that nothing is kept of a
 * device with millions of exceptions.
 */
public abstract class DumpFormat {

  private static final int OFTEN = 1 << 12;

  /** Where it is printed. */
  final PrintWriter out;

  private int runs;

  DumpFormat(PrintWriter out) {
    this.out = out;
  }

  /** For people. */
  public static DumpFormat text(PrintWriter out) {
    return new DumpText(out);
  }

  /** For programs; FORMAT.md has the schema. */
  public static DumpFormat json(PrintWriter out) {
    return new DumpJson(out);
  }

  /** What is dumped, and its size in 512-byte sectors. */
  public abstract void device(String path, long sectors);

  /** Its header, as found. */
  public abstract void header(DiskHeader header);

  /** What a status line would say of it. */
  public abstract void status(boolean valid, Usage usage);

  /** {@code count} exceptions that follow each other. */
  public final void exceptions(long oldFirst, long newFirst, long count) throws IOException {
    print(oldFirst, newFirst, count);
    if (++runs % OFTEN == 0 && out.checkError()) {
      throw new IOException("nobody reads the output any more");
    }
  }

  /** Prints a run of exceptions. */
  abstract void print(long oldFirst, long newFirst, long count);

  /** The end, and how many exceptions there were. */
  public abstract void end(long exceptions);

  /** An end before the end. */
  public abstract void failure(String reason);
}
