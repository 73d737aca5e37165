package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the volumes as {@code lvs} does. */
@Command(
    name = "lvs",
    description = "Prints the volumes of a mounted pool.",
    mixinStandardHelpOptions = true)
final class LvsCommand implements Callable<Integer> {

  /** LVM's names of the columns, for its {@code --reportformat json}. */
  private static final Map<String, String> FIELDS = fields();

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON, as lvs --reportformat json does.")
  private boolean json;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Override
  public Integer call() throws IOException {
    String table = new MountedPool(mountpoint).read("lvs");
    spec.commandLine().getOut().print(json ? json(table) : table);
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** The table as an object; a column reaches from its heading to the next. */
  static String json(String table) {
    return Json.print(Map.of("report", List.of(Map.of("lv", rows(table))))) + "\n";
  }

  /** The rows of the table, each a map by LVM's names of the columns. */
  static List<Map<String, String>> rows(String table) {
    List<String> lines = table.lines().toList();
    List<Map<String, String>> volumes = new ArrayList<>();
    for (String row : lines.subList(1, lines.size())) {
      volumes.add(cells(lines.get(0), row));
    }
    return volumes;
  }

  private static Map<String, String> cells(String headings, String row) {
    List<String> names = List.copyOf(FIELDS.keySet());
    Map<String, String> cells = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      int start = headings.indexOf(" " + names.get(i));
      int end = i + 1 < names.size() ? headings.indexOf(" " + names.get(i + 1)) : row.length();
      cells.put(FIELDS.getOrDefault(names.get(i), ""), row.substring(start, end).strip());
    }
    return cells;
  }

  private static Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("LV", "lv_name");
    fields.put("VG", "vg_name");
    fields.put("Attr", "lv_attr");
    fields.put("LSize", "lv_size");
    fields.put("Origin", "origin");
    fields.put("Snap%", "snap_percent");
    return fields;
  }
}
