package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Waits for the merge of a snapshot. */
@Command(
    name = "wait",
    description = "Waits until the merge of SNAP is done.",
    mixinStandardHelpOptions = true)
final class WaitCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "SNAP", description = "The snapshot that merges.")
  private String snapshot;

  @Override
  public Integer call() throws IOException {
    new MountedPool(mountpoint);
    throw new ErrnoException(
        Errno.ENOENT, "nothing is merging in " + mountpoint + ", so not " + snapshot + " either");
  }
}
