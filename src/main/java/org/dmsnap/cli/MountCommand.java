package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.answer.Deadline;
import org.dmsnap.cli.cow.Estimates;
import org.dmsnap.cli.doctor.AttachedImages;
import org.dmsnap.cli.mount.Launcher;
import org.dmsnap.cli.mount.MountOptionParser;
import org.dmsnap.cli.mount.MountSession;
import org.dmsnap.cli.mount.MountSettings;
import org.dmsnap.cli.mount.Remount;
import org.dmsnap.cli.succession.Inheritance;
import org.dmsnap.cli.succession.Succession;
import org.dmsnap.cli.succession.Successor;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.fuse.Mountpoint;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Holders;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.UnaskedPath;
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
      "  ro                       nothing in the pool changes (off)",
      "  allow_other, allow_root  who else may come in (allow_root, where it may)",
      "  uid=, gid=, mode=        whose the files are (the mounter's, 0600)",
      "  autoextend_threshold=70  percent full at which a snapshot grows: 50 to 99,",
      "                           or 100, which is never",
      "  autoextend_percent=20    by how much of its size it grows",
      "  overflow=invalidate      a write that a full snapshot cannot follow makes",
      "                           it Invalid; refuse: is refused with ENOSPC",
      "  stack                    a snapshot goes beneath those that its origin has:",
      "                           what is overwritten is copied once for all (off)",
      "  keeper=off               on: a server that dies is replaced (Linux 6.9)",
      "  threads=N                that serve requests (the processors, at least 2)",
      "  umask=                   instead of mode=: what is taken from 0666",
      "  nonempty                 hide what is in the directory (off)",
      "  context=, fscontext=,    labels of SELinux, for the kernel; in quotes if they",
      "  defcontext=, rootcontext=  have commas",
      "  remount,ro; remount,rw   change a mount that is there already",
      "  accept_changed_origin    mount though an origin was changed meanwhile (off)",
      "and the generic ones of mount(8).",
      "",
      "Examples:",
      "  dmsnap mount vg /mnt/vg",
      "  dmsnap mount -o overflow=refuse,autoextend_percent=50 vg /mnt/vg"
    })
final class MountCommand implements Callable<Integer>, Unanswered {

  @Spec private CommandSpec spec;

  @Option(names = "-f", description = "Stay in the foreground.")
  private boolean foreground;

  @Option(
      names = "-o",
      paramLabel = "OPT[,OPT...]",
      description = "Options, listed with their defaults.")
  private List<String> options = new ArrayList<>();

  @Option(
      names = "--if-needed",
      hidden = true,
      description = "Be content if the pool is mounted there already, as mount -a is.")
  private boolean ifNeeded;

  @Parameters(index = "0", paramLabel = "POOL", description = "The directory of images.")
  private String pool;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An empty directory.")
  private Path mountpoint;

  @Override
  public Integer call() throws Exception {
    Inheritance left = Inheritance.ofThisProcess();
    if (left.isThere()) {
      return goOn(left);
    }
    Path source = source();
    Path target = mountpoint.toAbsolutePath().normalize();
    if (remounts()) {
      return Deadline.of(List.of(target)).during(() -> remount(target));
    }
    MountSettings settings = settings(source);
    Launcher launcher = Launcher.ofThisProcess();
    if (ifNeeded && Deadline.of(List.of(source)).during(() -> isMounted(source))) {
      return 0;
    }
    List<String> orphans =
        Deadline.of(List.of(source, target)).during(() -> orphans(source, target));
    Succession succession = succession(left, settings, source, target);
    MountSession session =
        Working.during(
            "loading " + FileName.of(source),
            spec.commandLine().getErr(),
            () -> Estimates.of(source),
            () -> MountSession.start(source, target, settings, succession, launcher.or(this::say)));
    settings.warnings().forEach(this::say);
    session.warnings().forEach(this::say);
    orphans.forEach(this::say);
    if (!settings.pool().readOnly()) {
      AttachedImages.of(Path.of("/"), source).forEach(this::say);
    }
    if (foreground) {
      session.logEvents();
    }
    launcher.ready(foreground);
    return session.serve();
  }

  /** Goes on with the mount of a server that has ended; asks that mount for nothing. */
  private int goOn(Inheritance left) throws Exception {
    Path source = FileName.path(pool);
    MountSettings settings = settings(source);
    Launcher launcher = Launcher.ofNobody(foreground);
    try {
      Succession succession = succession(left, settings, source, mountpoint);
      MountSession session =
          MountSession.start(source, mountpoint, settings, succession, launcher.or(this::say));
      if (foreground) {
        session.logEvents();
      }
      launcher.ready(foreground);
      return session.serve();
    } catch (IOException failure) {
      launcher
          .or(this::say)
          .accept(
              "cannot go on with " + FileName.of(mountpoint) + ": " + ErrorLine.reason(failure));
      return 1;
    }
  }

  private Succession succession(Inheritance left, MountSettings settings, Path source, Path target)
      throws IOException {
    String launcher = System.getProperty("dmsnap.program");
    if (!settings.keeper() || launcher == null) {
      return Succession.none(left);
    }
    List<String> words = new ArrayList<>(List.of(launcher, "mount"));
    if (foreground) {
      words.add("-f");
    }
    options.forEach(list -> words.addAll(List.of("-o", list)));
    words.add(FileName.of(source));
    words.add(FileName.of(left.isThere() ? target : Mountpoint.resolved(target)));
    return Succession.of(left, new Successor(words, foreground));
  }

  /** The pool, without links where it is there; as fstab and the mount table may name it, too. */
  private Path source() throws IOException {
    String path = Mount.withoutPrefix(pool);
    if (path.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "the path of the pool is empty");
    }
    return UnaskedPath.of(FileName.here(path), MountTable.read());
  }

  /** Not by what a server that died has left, which mounting clears away. */
  private boolean isMounted(Path source) throws IOException {
    MountTable table = MountTable.read();
    String place = FileName.of(UnaskedPath.of(mountpoint, table));
    return table.ofPool(source).stream()
        .anyMatch(
            mount -> mount.mountpoint().equals(place) && !Mountpoint.at(mount.path()).isDead());
  }

  /** It goes on for as long as the mount does. */
  @Override
  public boolean decides() {
    return true;
  }

  /** Asks what is mounted in either place, which may not answer. */
  private static List<String> orphans(Path source, Path target) throws IOException {
    refuseMount(source, target);
    return holdersOfDead(target);
  }

  /** A mount is no pool, though it is a directory, too. */
  private static void refuseMount(Path source, Path target) throws IOException {
    if (source.equals(target)) {
      throw new ErrnoException(
          Errno.EINVAL, "a pool cannot be mounted over itself; make another directory for that");
    }
    if (!Files.isDirectory(source)) {
      return; // which is said when it is opened
    }
    Path real = source.toRealPath();
    Mount there = MountTable.read().holding(real);
    if (there != null && there.isDmsnap()) {
      String what = real.equals(there.path()) ? "one is" : "but in one that is";
      throw new ErrnoException(
          Errno.EINVAL,
          FileName.of(source)
              + " is no pool, "
              + what
              + " mounted there; name the pool, "
              + FileName.of(there.pool()));
    }
  }

  /** Who is left without a server if {@code target} is a dead mount, which mounting clears away. */
  private static List<String> holdersOfDead(Path target) throws IOException {
    if (Files.exists(target) || target.getParent() == null || !Files.exists(target.getParent())) {
      return List.of();
    }
    Path mountpoint = Mountpoint.resolved(target);
    Mount there = MountTable.read().at(mountpoint);
    if (there == null || !there.isDmsnap()) {
      return List.of();
    }
    return Holders.of(mountpoint).stream()
        .map(
            holder ->
                "left from the dead mount: "
                    + holder
                    + "; end or unmount that, for nothing"
                    + " it writes is kept")
        .toList();
  }

  private boolean remounts() {
    return understood(() -> Remount.isAsked(options));
  }

  private int remount(Path target) throws IOException {
    Remount.change(target, options);
    return 0;
  }

  private MountSettings settings(Path source) {
    return understood(() -> MountOptionParser.parse(source, options));
  }

  private <T> T understood(Supplier<T> words) {
    try {
      return words.get();
    } catch (IllegalArgumentException bad) {
      throw new ParameterException(spec.commandLine(), ErrorLine.reason(bad), bad);
    }
  }

  private void say(String text) {
    ErrorLine.print(spec.commandLine(), text);
  }
}
