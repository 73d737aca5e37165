package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.DeviceLines;
import org.dmsnap.cli.mounted.MountedPool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints table lines as {@code dmsetup table} does. */
@Command(
    name = "table",
    description = "Prints the table line of a device, or of every device.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  dmsnap table /mnt/vg", "  dmsnap table /mnt/vg snap"})
final class TableCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", arity = "0..1", paramLabel = "DEV", description = "The device.")
  private @Nullable String device;

  @Override
  public Integer call() throws IOException {
    String lines = DeviceLines.of(new MountedPool(mountpoint), "table", device).text();
    spec.commandLine().getOut().print(lines);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
