package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.MergeProgress;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.ProgressLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Waits for the merge of a snapshot. */
@Command(
    name = "wait",
    description = "Waits until the merge of SNAP is done, showing how far it is.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  dmsnap wait /mnt/vg snap"})
final class WaitCommand implements Callable<Integer>, Unanswered {

  @Spec private CommandSpec spec;

  @Option(
      names = "--wait",
      description = "Go on waiting for a server that does not answer, as on a terminal.")
  private boolean patient;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "SNAP", description = "The snapshot that merges.")
  private String snapshot;

  @Override
  public boolean waitsOn(boolean terminal) {
    return patient || terminal;
  }

  @Override
  public Integer call() throws IOException {
    ProgressLines lines = ProgressLines.onStandardOutput(spec.commandLine().getOut());
    new MergeProgress(new MountedPool(mountpoint), snapshot, lines).await();
    return 0;
  }
}
