package org.dmsnap.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.dmsnap.cli.cow.Views;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.StandardOutput;
import org.dmsnap.cli.terminal.Terminal;
import org.dmsnap.store.ExceptedRanges;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints where a snapshot may differ from its origin, or from another snapshot. */
@Command(
    name = "diff",
    description = "Prints where a snapshot may differ from its origin, or from another snapshot.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Each line is OFFSET LENGTH, in bytes, sorted; what is in no line is equal. It",
      "is told from the exceptions, in whole chunks; no data is read.",
      "docs/COMMANDS.md says how exact that is.",
      "",
      "Examples:",
      "  dmsnap diff /mnt/vg snap                    snap and its origin",
      "  dmsnap diff /mnt/vg tuesday --from monday   written between two snapshots",
      "  dmsnap diff --json /mnt/vg snap | jq .bytes"
    })
final class DiffCommand implements Callable<Integer> {

  private static final int OFTEN = 1 << 12;

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON, see docs/JSON.md.")
  private boolean json;

  @Option(
      names = "--from",
      paramLabel = "SNAP2",
      description = "Compare with this snapshot, not with the origin: any over the same image.")
  private @Nullable String from;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "SNAP", description = "The snapshot.")
  private String snapshot;

  private long ranges;
  private long bytes;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (Views views = Views.open(mountpoint, snapshot, from)) {
      if (json) {
        head(out, views);
        differences(views, (position, length) -> object(out, position, length));
        out.print("\n], \"range_count\": " + ranges + ", \"bytes\": " + bytes + "}\n");
      } else {
        differences(views, (position, length) -> line(out, position, length));
      }
    } finally {
      out.flush();
    }
    return 0;
  }

  private void differences(Views views, ExceptedRanges.Visitor visitor) throws IOException {
    if (Terminal.isTerminal(StandardOutput.link())) {
      views.forEachDifference(visitor); // which shows by itself that it goes on
    } else {
      views.forEachDifference(spec.commandLine().getErr(), visitor);
    }
  }

  private void head(PrintWriter out, Views views) {
    out.print("{\"snapshot\": " + Json.print(snapshot));
    out.print(", \"from\": " + Json.print(Objects.requireNonNullElse(from, views.origin())));
    out.print(", \"size\": " + views.bytes() + ", \"ranges\": [");
  }

  private void object(PrintWriter out, long position, long length) throws IOException {
    out.print(ranges == 0 ? "\n" : ",\n");
    out.print("{\"offset\": " + position + ", \"length\": " + length + "}");
    count(out, length);
  }

  private void line(PrintWriter out, long position, long length) throws IOException {
    out.print(position + " " + length + "\n");
    count(out, length);
  }

  private void count(PrintWriter out, long length) throws IOException {
    bytes += length;
    if (++ranges % OFTEN == 0 && out.checkError()) {
      throw new IOException("nobody reads the output any more");
    }
  }
}
