package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what happened lately. */
@Command(
    name = "log",
    description = "Prints the last 1,000 events of a mounted pool.",
    mixinStandardHelpOptions = true)
final class LogCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().print(new MountedPool(mountpoint).read("log"));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
