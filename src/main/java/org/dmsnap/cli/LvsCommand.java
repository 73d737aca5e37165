package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.Fullness;
import org.dmsnap.cli.mounted.Identities;
import org.dmsnap.cli.mounted.LvsRows;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.mounted.Servers;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.Palette;
import org.dmsnap.cli.terminal.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the volumes as {@code lvs} does. */
@Command(
    name = "lvs",
    description = "Prints the volumes of a mounted pool.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  dmsnap lvs /mnt/vg",
      "  dmsnap lvs --watch /mnt/vg",
      "  dmsnap lvs --json /mnt/vg | jq -r '.report[].lv[].lv_name'"
    })
final class LvsCommand implements Callable<Integer> {

  private static final int STATE = 4; // which of the letters of lv_attr

  @Mixin private Screen screen;

  @Option(names = "--json", description = "Print JSON, as lvs --reportformat json does.")
  private boolean json;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Override
  public Integer call() throws IOException {
    return screen.show(this::render);
  }

  private String render(Palette palette) throws IOException {
    MountedPool pool = new MountedPool(mountpoint);
    String table = pool.read("lvs");
    return json ? json(table, Identities.of(pool), Servers.of(pool)) : paint(table, palette);
  }

  private static String paint(String table, Palette palette) {
    List<String> lines = table.lines().toList();
    StringBuilder painted = new StringBuilder(palette.bold(lines.get(0))).append('\n');
    List<Map<String, String>> rows = LvsRows.of(table);
    for (int i = 0; i < rows.size(); i++) {
      painted.append(paint(lines.get(i + 1), rows.get(i), palette)).append('\n');
    }
    return painted.toString();
  }

  /** What is wrong in red, what is nearly full in yellow, what merges or is suspended in cyan. */
  private static String paint(String line, Map<String, String> row, Palette palette) {
    String attributes = Objects.requireNonNullElse(row.get("lv_attr"), "");
    String percent = Objects.requireNonNullElse(row.get("snap_percent"), "");
    char state = attributes.length() > STATE ? attributes.charAt(STATE) : 'a';
    if ("ISmM".indexOf(state) >= 0) {
      return palette.red(line);
    }
    if (state == 's' || attributes.startsWith("O") || attributes.startsWith("S")) {
      return palette.cyan(line);
    }
    boolean nearlyFull = !percent.isEmpty() && Double.parseDouble(percent) >= Fullness.WARNING;
    return nearlyFull ? palette.yellow(line) : line;
  }

  /** The table as an object; a column reaches from its heading to the next. */
  static String json(String table, Identities identities, Servers servers) {
    List<Map<String, String>> rows = LvsRows.withRelatives(table);
    for (Map<String, String> row : rows) {
      String name = LvsRows.name(row);
      row.put("lv_uuid", identities.uuid(name));
      row.put("lv_time", identities.time(name));
      row.put("content_uuid", identities.contentUuid(name));
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("lv", rows);
    report.put(
        "server",
        List.of(
            Map.of(
                "successions",
                Long.toString(servers.successions()),
                "replaced",
                servers.replaced() ? "yes" : "no")));
    return Json.print(Map.of("report", List.of(report))) + "\n";
  }
}
