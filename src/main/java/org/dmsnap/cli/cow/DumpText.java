package org.dmsnap.cli.cow;

import java.io.PrintWriter;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.Usage;

/** A dump as lines: {@code name: value}, then {@code OLD -> NEW}. */
final class DumpText extends DumpFormat {

  DumpText(PrintWriter out) {
    super(out);
  }

  @Override
  public void device(String path, long sectors) {
    line("device", path);
    line("sectors", sectors);
  }

  @Override
  public void header(DiskHeader header) {
    line("magic", header.magicText());
    line("valid", header.valid());
    line("version", header.version());
    line("chunk size", header.chunkSectors());
  }

  @Override
  public void status(boolean valid, Usage usage) {
    line("status", valid ? usage : "Invalid");
  }

  @Override
  void print(long oldFirst, long newFirst, long count) {
    out.print(range(oldFirst, count));
    out.print(" -> ");
    out.print(range(newFirst, count));
    out.print('\n');
  }

  @Override
  public void end(long exceptions) {
    line("exceptions", exceptions);
  }

  @Override
  public void failure(String reason) {
    // said on stderr
  }

  private void line(String name, Object value) {
    out.print(name + ": " + value + '\n');
  }

  private static String range(long first, long count) {
    String start = Long.toUnsignedString(first);
    return count == 1 ? start : start + '-' + Long.toUnsignedString(first + count - 1);
  }
}
