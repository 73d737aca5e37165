package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.stream.Outgoing;
import org.dmsnap.cli.terminal.StandardOutput;
import org.dmsnap.cli.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a snapshot, or what it differs in from another, to standard output. */
@Command(
    name = "send",
    description = "Writes a snapshot, or its difference from another, to standard output.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The stream is in Ceph's format, rbd diff v1: dmsnap receive and rbd import-diff",
      "read it. It has an end only if all could be read, and if nobody has written to",
      "the snapshot meanwhile. SNAP may be an origin, if nobody has it open.",
      "",
      "Examples:",
      "  dmsnap send /mnt/vg monday | ssh there dmsnap receive /mnt/vg monday",
      "  dmsnap send /mnt/vg tuesday --from monday |",
      "      ssh there dmsnap receive /mnt/vg tuesday",
      "  dmsnap send /mnt/vg monday >monday.diff",
      "  dmsnap send /mnt/vg monday | rbd import-diff - pool/image"
    })
final class SendCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      paramLabel = "SNAP2",
      description = "Send what is to be changed in SNAP2 to make SNAP of it.")
  private @Nullable String from;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "SNAP", description = "The snapshot.")
  private String snapshot;

  @Override
  public Integer call() throws IOException {
    if (Terminal.isTerminal(StandardOutput.link())) {
      throw new ParameterException(
          spec.commandLine(), "a stream is not written to a terminal: send it to a pipe or a file");
    }
    if (snapshot.equals(from)) {
      throw new ParameterException(
          spec.commandLine(), "between " + snapshot + " and itself there is no difference");
    }
    MountedPool pool = new MountedPool(mountpoint);
    new Outgoing(mountpoint, pool, snapshot, from, spec.commandLine().getErr())
        .send(StandardOutput.channel());
    return 0;
  }
}
