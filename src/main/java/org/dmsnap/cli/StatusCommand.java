package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.DeviceLines;
import org.dmsnap.cli.mounted.Fullness;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.Palette;
import org.dmsnap.cli.terminal.Screen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints status lines as {@code dmsetup status} does. */
@Command(
    name = "status",
    description = "Prints the status line of a device, or of every device.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  dmsnap status /mnt/vg",
      "  dmsnap status --watch /mnt/vg snap",
      "  dmsnap status --json /mnt/vg | jq '.status[] | select(.target == \"snapshot\")'"
    })
final class StatusCommand implements Callable<Integer> {

  @Mixin private Screen screen;

  @Option(names = "--json", description = "Print JSON, see docs/JSON.md.")
  private boolean json;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", arity = "0..1", paramLabel = "DEV", description = "The device.")
  private @Nullable String device;

  @Override
  public Integer call() throws IOException {
    return screen.show(this::render);
  }

  private String render(Palette palette) throws IOException {
    DeviceLines lines = DeviceLines.of(new MountedPool(mountpoint), "status", device);
    return json ? lines.json("status") : lines.text(palette, line -> paint(line, palette));
  }

  /** What is wrong in red, what is nearly full or merges in other colours. */
  private static String paint(String line, Palette palette) {
    if (line.matches("\\S+ \\S+ (snapshot|snapshot-merge) (Invalid|Overflow|Merge failed)")) {
      return palette.red(line);
    }
    if (line.contains(" snapshot-merge ")) {
      return palette.cyan(line);
    }
    return Fullness.ofStatus(line).nearlyFull() ? palette.yellow(line) : line;
  }
}
