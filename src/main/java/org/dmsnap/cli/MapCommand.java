package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.dmsnap.cli.cow.Views;
import org.dmsnap.cli.terminal.Cells;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws where in its volume a snapshot differs. */
@Command(
    name = "map",
    description = "Draws where in the volume a snapshot may differ from its origin, on one line.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The line is the volume from its first byte to its last. A cell is ░ if nothing",
      "in it has an exception, ▒ if less than half has, ▓ if at least half has, █ if",
      "all has; where the locale has no such letters . - + # stand for them.",
      "",
      "Examples:",
      "  dmsnap map /mnt/vg snap",
      "  watch -n 5 dmsnap map /mnt/vg snap"
    })
final class MapCommand implements Callable<Integer> {

  private static final int WIDEST = 9999;

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print the cells as JSON, see docs/JSON.md.")
  private boolean json;

  @Option(
      names = "--width",
      paramLabel = "CELLS",
      description = "Draw so many cells: as wide as the terminal if left out, else 80.")
  private @Nullable Integer width;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "SNAP", description = "The snapshot.")
  private String snapshot;

  @Override
  public Integer call() throws IOException {
    Terminal terminal = Terminal.ofThisProcess();
    int wanted = width == null ? terminal.columns() : width;
    if (wanted < 1 || wanted > WIDEST) {
      throw new ParameterException(
          spec.commandLine(), "--width is a number from 1 to " + WIDEST + ", not " + wanted);
    }
    try (Views views = Views.open(mountpoint, snapshot, null)) {
      Cells cells = new Cells(views.bytes(), wanted);
      views.forEachDifference(spec.commandLine().getErr(), cells::except);
      spec.commandLine().getOut().print(json ? json(views, cells) : cells.draw(terminal.blocks()));
      spec.commandLine().getOut().print('\n');
      spec.commandLine().getOut().flush();
    }
    return 0;
  }

  private String json(Views views, Cells cells) {
    List<Map<String, Object>> objects = new ArrayList<>();
    long excepted = 0;
    for (int i = 0; i < cells.count(); i++) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("offset", cells.start(i));
      object.put("length", cells.start(i + 1) - cells.start(i));
      object.put("excepted", cells.excepted(i));
      excepted += cells.excepted(i);
      objects.add(object);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("snapshot", snapshot);
    map.put("origin", views.origin());
    map.put("size", views.bytes());
    map.put("chunk_size", views.chunkBytes());
    map.put("excepted", excepted);
    map.put("cells", objects);
    return Json.print(map);
  }
}
