package org.dmsnap.cli.cow;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.store.DiskHeader;
import org.dmsnap.store.Usage;

/** A dump as one JSON object, which is whole whatever happens. */
final class DumpJson extends DumpFormat {

  private String separator = "{";
  private boolean inExceptions;

  DumpJson(PrintWriter out) {
    super(out);
  }

  @Override
  public void device(String path, long sectors) {
    field("device", path);
    field("sectors", sectors);
  }

  @Override
  public void header(DiskHeader header) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("magic", header.magicText());
    fields.put("valid", header.valid());
    fields.put("version", header.version());
    fields.put("chunk_size", header.chunkSectors());
    field("header", fields);
  }

  @Override
  public void status(boolean valid, Usage usage) {
    field("status", valid ? usage.toString() : "Invalid");
    field("allocated_sectors", usage.allocatedSectors());
    field("total_sectors", usage.totalSectors());
    field("metadata_sectors", usage.metadataSectors());
  }

  @Override
  void print(long oldFirst, long newFirst, long count) {
    if (!inExceptions) {
      inExceptions = true;
      out.print(separator + "\"exceptions\": [\n");
    } else {
      out.print(",\n");
    }
    out.print("{\"old\": " + Long.toUnsignedString(oldFirst));
    out.print(", \"new\": " + Long.toUnsignedString(newFirst));
    out.print(", \"count\": " + count + '}');
  }

  @Override
  public void end(long exceptions) {
    endExceptions();
    field("exception_count", exceptions);
    out.print("}\n");
  }

  @Override
  public void failure(String reason) {
    endExceptions();
    field("error", reason);
    out.print("}\n");
  }

  private void endExceptions() {
    if (inExceptions) {
      inExceptions = false;
      out.print("\n]");
      separator = ", ";
    } else {
      field("exceptions", List.of());
    }
  }

  private void field(String name, Object value) {
    String object = Json.print(Map.of(name, value));
    out.print(separator + object.substring(1, object.length() - 1));
    separator = ", ";
  }
}
