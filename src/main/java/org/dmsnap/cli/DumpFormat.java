package org.dmsnap.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.Usage;

/**
 * How a dump is printed, piece by piece in the order of the methods, so that nothing is kept of a
 * device with millions of exceptions.
 */
abstract class DumpFormat {

  private static final int OFTEN = 1 << 12;

  /** Where it is printed. */
  final PrintWriter out;

  private int runs;

  DumpFormat(PrintWriter out) {
    this.out = out;
  }

  /** For people. */
  static DumpFormat text(PrintWriter out) {
    return new DumpText(out);
  }

  /** For programs; FORMAT.md has the schema. */
  static DumpFormat json(PrintWriter out) {
    return new DumpJson(out);
  }

  /** What is dumped, and its size in 512-byte sectors. */
  abstract void device(String path, long sectors);

  /** Its header, as found. */
  abstract void header(DiskHeader header);

  /** What a status line would say of it. */
  abstract void status(boolean valid, Usage usage);

  /** {@code count} exceptions that follow each other. */
  final void exceptions(long oldFirst, long newFirst, long count) throws IOException {
    print(oldFirst, newFirst, count);
    if (++runs % OFTEN == 0 && out.checkError()) {
      throw new IOException("nobody reads the output any more");
    }
  }

  /** Prints a run of exceptions. */
  abstract void print(long oldFirst, long newFirst, long count);

  /** The end, and how many exceptions there were. */
  abstract void end(long exceptions);

  /** An end before the end. */
  abstract void failure(String reason);
}
