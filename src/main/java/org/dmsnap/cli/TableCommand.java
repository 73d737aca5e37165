package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.DeviceLines;
import org.dmsnap.cli.mounted.Identities;
import org.dmsnap.cli.mounted.MountedPool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints table lines as {@code dmsetup table} does. */
@Command(
    name = "table",
    description = "Prints the table line of a device, or of every device.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  dmsnap table /mnt/vg",
      "  dmsnap table /mnt/vg snap",
      "  dmsnap table --json /mnt/vg | jq -r '.table[] | [.name, .uuid] | @tsv'"
    })
final class TableCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON, see docs/JSON.md.")
  private boolean json;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", arity = "0..1", paramLabel = "DEV", description = "The device.")
  private @Nullable String device;

  @Override
  public Integer call() throws IOException {
    MountedPool pool = new MountedPool(mountpoint);
    DeviceLines lines = DeviceLines.of(pool, "table", device);
    spec.commandLine().getOut().print(json ? json(lines, Identities.of(pool)) : lines.text());
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** A hidden device has no number of its own. */
  private static String json(DeviceLines lines, Identities identities) {
    return lines.json("table", (name, fields) -> fields.put("uuid", identities.uuid(name)));
  }
}
