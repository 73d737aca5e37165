package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.Palette;
import org.jspecify.annotations.Nullable;

/**
 * Lines of {@code ctl/status} or {@code ctl/table}: of one device, or, each after its name, of all.
 *
 * @param lines by device, without newline, in the order of the names
 * @param named whether each is to be printed after its device's name
 */
public record DeviceLines(Map<String, String> lines, boolean named) {

  private static final int FIELDS = 4; // start, length, target, and the rest

  /** Reads the line of {@code device}, or of every device if that is null. */
  public static DeviceLines of(MountedPool pool, String directory, @Nullable String device)
      throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    if (device != null) {
      lines.put(device, withoutNewline(pool.read(directory, device)));
      return new DeviceLines(lines, false);
    }
    for (String name : pool.devices(directory)) {
      try {
        lines.put(name, withoutNewline(pool.read(directory + "/" + name)));
      } catch (NoSuchFileException e) {
        lines.remove(name); // removed since it was listed
      }
    }
    return new DeviceLines(lines, true);
  }

  /** As dmsetup prints them. */
  public String text() {
    return text(new Palette(false), line -> line);
  }

  /** As dmsetup prints them, with the names in bold and each line as {@code paint} has it. */
  public String text(Palette palette, UnaryOperator<String> paint) {
    StringBuilder text = new StringBuilder();
    lines.forEach(
        (name, line) -> {
          text.append(named ? palette.bold(name) + ": " : "");
          text.append(paint.apply(line)).append('\n');
        });
    return text.toString();
  }

  /** An array of objects under {@code heading}, with the line's fields. */
  public String json(String heading) {
    return json(heading, (name, fields) -> {});
  }

  /** As {@link #json(String)}, with what {@code more} adds to a device's fields. */
  public String json(String heading, BiConsumer<String, Map<String, Object>> more) {
    List<Map<String, Object>> objects = new ArrayList<>();
    lines.forEach(
        (name, line) -> {
          Map<String, Object> fields = fields(name, line);
          more.accept(name, fields);
          objects.add(fields);
        });
    return Json.print(Map.of(heading, objects)) + "\n";
  }

  private static Map<String, Object> fields(String name, String line) {
    List<String> words = List.of(line.split(" ", FIELDS));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("start_sector", Long.valueOf(words.get(0)));
    fields.put("sectors", Long.valueOf(words.get(1)));
    fields.put("target", words.get(2));
    fields.put("params", words.size() < FIELDS ? "" : words.get(FIELDS - 1));
    return fields;
  }

  private static String withoutNewline(String line) {
    return line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
  }
}
