package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.Palette;
import org.dmsnap.cli.terminal.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what happened lately. */
@Command(
    name = "log",
    description = "Prints the last 1,000 events of a mounted pool.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "With --watch, events are printed as they come.",
      "",
      "Examples:",
      "  dmsnap log /mnt/vg",
      "  dmsnap log --watch /mnt/vg",
      "  dmsnap log --json /mnt/vg | jq '.log[] | select(.level == \"ERROR\")'"
    })
final class LogCommand implements Callable<Integer> {

  private static final int FIELDS = 3; // time, level, and the rest

  @Mixin private Screen screen;

  @Option(names = "--json", description = "Print JSON, see docs/JSON.md.")
  private boolean json;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Override
  public Integer call() throws IOException {
    return json
        ? screen.show(palette -> json(read()))
        : screen.follow(palette -> paint(read(), palette));
  }

  private String read() throws IOException {
    return new MountedPool(mountpoint).read("log");
  }

  private static String json(String log) {
    List<Map<String, Object>> events = new ArrayList<>();
    for (String line : log.lines().toList()) {
      String[] words = line.split(" ", FIELDS);
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("time", words[0]);
      event.put("level", words[1]);
      event.put("text", words[2]);
      events.add(event);
    }
    return Json.print(Map.of("log", events)) + "\n";
  }

  private static String paint(String log, Palette palette) {
    StringBuilder painted = new StringBuilder();
    for (String line : log.lines().toList()) {
      String[] words = line.split(" ", FIELDS);
      boolean odd = words.length == FIELDS && !words[1].equals("INFO");
      boolean wrong = odd && words[1].equals("ERROR");
      String painting = odd ? palette.yellow(line) : line;
      painted.append(wrong ? palette.red(line) : painting).append('\n');
    }
    return painted.toString();
  }
}
