package org.dmsnap.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Mounts a pool and serves it until it is unmounted. */
@Command(
    name = "mount",
    description = "Mounts the pool, a directory, and returns once the mount answers.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Options of a mount, with their defaults:",
      "  ro                       nothing in the pool changes",
      "  allow_other, allow_root  who else may come in (allow_root where the system lets it)",
      "  uid=, gid=, mode=        whose the files are (the mounter's, 0600)",
      "  autoextend_threshold=70  percent full at which a snapshot grows; 100 is off",
      "  autoextend_percent=20    by how much of its size it grows",
      "  overflow=invalidate      or refuse: what a write gets that a full snapshot cannot follow",
      "  threads=N                that serve requests (the processors, at least 2)",
      "  accept_changed_origin    serve an origin that was changed while not mounted",
      "and the generic ones of mount(8)."
    })
final class MountCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "-f", description = "Stay in the foreground.")
  private boolean foreground;

  @Option(names = "-o", paramLabel = "OPT[,OPT...]", description = "Options, see below.")
  private List<String> options = new ArrayList<>();

  @Parameters(index = "0", paramLabel = "POOL", description = "The directory of images.")
  private Path pool;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An empty directory.")
  private Path mountpoint;

  @Override
  public Integer call() throws Exception {
    Path source = pool.toAbsolutePath().normalize();
    MountSettings settings = settings(source);
    Launcher launcher = Launcher.ofThisProcess();
    Path target = mountpoint.toAbsolutePath().normalize();
    MountSession session =
        Working.during(
            "loading " + source,
            spec.commandLine().getErr(),
            () -> Estimates.of(source),
            () -> MountSession.start(source, target, settings, launcher.or(this::say)));
    settings.warnings().forEach(this::say);
    session.warnings().forEach(this::say);
    if (foreground) {
      session.logEvents();
    }
    launcher.ready(foreground);
    return session.serve();
  }

  private MountSettings settings(Path source) {
    try {
      return MountOptionParser.parse(source, options);
    } catch (IllegalArgumentException bad) {
      throw new ParameterException(spec.commandLine(), Main.reason(bad), bad);
    }
  }

  private void say(String text) {
    Main.complain(spec.commandLine(), text);
  }
}
