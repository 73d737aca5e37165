package org.dmsnap.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.cli.cow.CowFile;
import org.dmsnap.cli.cow.DumpFormat;
import org.dmsnap.cli.cow.Estimates;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.StandardOutput;
import org.dmsnap.cli.terminal.Terminal;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.kernel.FileName;
import org.dmsnap.store.CowReader;
import org.dmsnap.store.DiskHeader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what is on a COW device. */
@Command(
    name = "dump",
    description = "Prints header, numbers and exceptions of a COW device.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "An exception is OLD -> NEW, a chunk of the origin and where it is on the COW",
      "device; exceptions that follow each other on both are one line, FIRST-LAST ->",
      "FIRST-LAST. Of a mounted pool, dump MOUNTPOINT/SNAP-cow.",
      "",
      "Examples:",
      "  dmsnap dump vg/snap.cow",
      "  dmsnap dump --json /mnt/vg/snap-cow | jq .exception_count"
    })
final class DumpCommand implements Callable<Integer> {

  private static final int READINGS = 2; // for the numbers, then for the exceptions

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON; docs/FORMAT.md says what is in it.")
  private boolean json;

  @Parameters(paramLabel = "COWFILE", description = "A COW device, or a file that holds one.")
  private Path path;

  @Override
  public Integer call() throws IOException {
    if (Terminal.isTerminal(StandardOutput.link())) {
      return dump(); // which shows by itself that it goes on
    }
    PrintWriter err = spec.commandLine().getErr();
    return Working.during(
        "reading " + FileName.of(path), err, () -> READINGS * Estimates.of(path), this::dump);
  }

  private int dump() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (BlockDevice cow = CowFile.open(path)) {
      DumpFormat format = json ? DumpFormat.json(out) : DumpFormat.text(out);
      try {
        dump(cow, format);
      } catch (IOException failure) {
        format.failure(ErrorLine.reason(failure));
        throw failure;
      } finally {
        out.flush();
      }
    }
    return 0;
  }

  private void dump(BlockDevice cow, DumpFormat format) throws IOException {
    format.device(FileName.of(path), Sectors.in(cow.size()));
    DiskHeader header = DiskHeader.of(cow);
    format.header(header);
    if (header.isBlank()) {
      throw new IOException(FileName.of(path) + " has no header: its first 4 bytes are zero");
    }
    CowReader reader = CowReader.of(cow, header);
    try {
      format.status(header.isValid(), reader.usage());
    } finally {
      format.end(reader.forEach(format::exceptions)); // what there is of a list without end, too
    }
  }
}
