package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints status lines as {@code dmsetup status} does. */
@Command(
    name = "status",
    description = "Prints the status line of a device, or of every device.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", arity = "0..1", paramLabel = "DEV", description = "The device.")
  private @Nullable String device;

  @Override
  public Integer call() throws IOException {
    DeviceLines lines = DeviceLines.of(new MountedPool(mountpoint), "status", device);
    spec.commandLine().getOut().print(json ? lines.json("status") : lines.text());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
