package org.dmsnap.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.cli.cow.CowFile;
import org.dmsnap.cli.cow.Estimates;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.kernel.FileName;
import org.dmsnap.pool.load.PoolCheck;
import org.dmsnap.store.CowCheck;
import org.dmsnap.store.Finding;
import org.dmsnap.store.Finding.Severity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds what is wrong with a pool or a COW device, and changes nothing. */
@Command(
    name = "check",
    description = "Finds what is wrong with a pool or a COW device, and changes nothing.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 0: nothing is wrong. 1: problems. 2: something cannot be read.",
      "A pool must not be mounted for writing: of one that is, check",
      "MOUNTPOINT/SNAP-cow. Whether exceptions lie within their origin is only seen",
      "where POOL is checked.",
      "",
      "Examples:",
      "  dmsnap check vg",
      "  dmsnap check /mnt/vg/snap-cow"
    })
final class CheckCommand implements Callable<Integer> {

  private static final int UNREADABLE = 2;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "POOL|COWFILE", description = "A directory of images, or a COW device.")
  private Path path;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Tally tally = new Tally(out);
    try {
      PrintWriter err = spec.commandLine().getErr();
      Working.during(
          "checking " + FileName.of(path), err, () -> Estimates.ofCheck(path), () -> look(tally));
    } catch (IOException failure) {
      out.flush();
      ErrorLine.print(spec.commandLine(), ErrorLine.reason(failure));
      return UNREADABLE;
    }
    out.print(FileName.of(path) + ": " + tally + '\n');
    out.flush();
    return tally.exitCode();
  }

  private Tally look(Tally tally) throws IOException {
    if (Files.isDirectory(path)) {
      pool(tally);
    } else {
      cow(tally);
    }
    return tally;
  }

  private void pool(Tally tally) throws IOException {
    if (Files.isDirectory(path.resolve("ctl").resolve("status"))) {
      throw new IOException(
          FileName.of(path)
              + " is no pool, one is mounted there; unmount it and check the pool itself");
    }
    try (FileDirectory pool = FileDirectory.lock(path, true)) {
      PoolCheck.check(pool, tally);
    }
  }

  private void cow(Tally tally) throws IOException {
    try (BlockDevice cow = CowFile.open(path)) {
      CowCheck.check(FileName.of(path), cow, 0, CowCheck.UNKNOWN, tally);
    }
  }

  /** Prints what is found and counts it. */
  private static final class Tally implements Consumer<Finding> {

    private final PrintWriter out;
    private final Map<Severity, Integer> counts = new EnumMap<>(Severity.class);

    Tally(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void accept(Finding finding) {
      counts.merge(finding.severity(), 1, Integer::sum);
      out.print(finding + "\n");
    }

    int exitCode() {
      if (count(Severity.UNREADABLE) > 0) {
        return UNREADABLE;
      }
      return count(Severity.PROBLEM) > 0 ? 1 : 0;
    }

    private int count(Severity severity) {
      return counts.getOrDefault(severity, 0);
    }

    @Override
    public String toString() {
      if (exitCode() == 0) {
        return "nothing is wrong";
      }
      int unreadable = count(Severity.UNREADABLE);
      int problems = count(Severity.PROBLEM);
      return problems
          + (problems == 1 ? " problem" : " problems")
          + (unreadable == 0 ? "" : ", " + unreadable + " that cannot be read");
    }
  }
}
