package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.mounted.Unwritten;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.fuse.Mountpoint;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Holders;
import org.dmsnap.kernel.LeftMount;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.PoolServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Unmounts a pool and returns once everything is committed and the pool unlocked. */
@Command(
    name = "umount",
    description = "Unmounts a pool; returns once everything is committed and the pool unlocked.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  dmsnap umount /mnt/vg"})
final class UmountCommand implements Callable<Integer>, Unanswered {

  private static final Duration PATIENCE = Duration.ofSeconds(1); // handles are closed a bit later
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration CLOSE = Duration.ofSeconds(5); // as a rule
  private static final Duration LONGEST_CLOSE = Duration.ofMinutes(10);

  @Option(
      names = {"-n", "-l", "-f", "-r", "-v"},
      hidden = true,
      description = "What umount(8) passes to its helpers; of no effect.")
  private boolean unusedFlag;

  @Option(
      names = {"-N", "-t", "-o"},
      hidden = true,
      description = "What umount(8) passes to its helpers; of no effect.")
  private @Nullable List<String> unusedWords;

  @Option(
      names = "--wait",
      description = "Go on waiting for a server that does not answer, as on a terminal.")
  private boolean patient;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  private volatile boolean unmounted;

  @Override
  public boolean waitsOn(boolean terminal) {
    return patient || terminal;
  }

  @Override
  public String consequence() {
    return unmounted
        ? "; it is unmounted, and the pool is locked until that has written what it holds"
        : "; it is still mounted";
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    MountTable table = MountTable.read();
    Mount mount = find(table);
    refuseIfPartsStay(table, mount);
    Path path = mount.path();
    List<PoolServer> servers = PoolServer.of(mount);
    List<String> unwritten = Unwritten.of(path);
    unmount(path);
    unmounted = true;
    List<String> others =
        PoolServer.hasLost(mount, servers) ? awaitDone(mount, servers) : awaitUnlocked(mount);
    if (!unwritten.isEmpty()) {
      throw new ErrnoException(
          Errno.EIO,
          "unmounted, but not everything could be written; what was written last and not fsynced"
              + " is lost of: "
              + String.join(", ", unwritten));
    }
    if (!others.isEmpty()) {
      throw new ErrnoException(
          Errno.EBUSY,
          "unmounted here, but served on, for it is still mounted for "
              + String.join("; ", others)
              + "; unmount it there, or end that");
    }
    return 0;
  }

  private Mount find(MountTable table) throws IOException {
    Path path = Mountpoint.resolved(mountpoint);
    Mount mount = table.at(path);
    if (mount == null) {
      MountedPool.refusePool(table, path);
      refuseLeft(path);
      throw new ErrnoException(
          Errno.EINVAL, FileName.of(mountpoint) + " is not mounted; see: findmnt -t fuse.dmsnap");
    }
    return checked(mount);
  }

  /** Says who keeps a mount alive that was taken away, by its pool or where it was. */
  private static void refuseLeft(Path path) throws ErrnoException {
    LeftMount left = LeftMount.at(path).orElse(LeftMount.of(path));
    List<String> users = left.holders();
    if (!users.isEmpty()) {
      throw new ErrnoException(
          Errno.EBUSY,
          FileName.of(path)
              + " is not mounted any more, but the pool "
              + FileName.of(left.pool())
              + " is served until this does not use it any more: "
              + String.join("; ", users));
    }
  }

  private static Mount checked(Mount mount) throws ErrnoException {
    if (!mount.isDmsnap()) {
      throw new ErrnoException(
          Errno.EINVAL,
          mount.mountpoint() + " is a mount of " + mount.type() + ", not a pool; use umount");
    }
    return mount;
  }

  /** The kernel would let it go, and the pool would be served on where a part of it is mounted. */
  private static void refuseIfPartsStay(MountTable table, Mount mount) throws ErrnoException {
    List<Mount> parts = table.partsOf(mount);
    if (mount.root().equals("/") && !parts.isEmpty()) {
      String where =
          parts.stream()
              .map(part -> part.mountpoint() + ", which shows its " + part.root().substring(1))
              .collect(Collectors.joining("; "));
      throw new ErrnoException(
          Errno.EBUSY, mount.mountpoint() + " is in use by " + where + "; unmount that first");
    }
  }

  private static void unmount(Path path) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        Mountpoint.at(path).unmount();
        return;
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EBUSY) {
          throw e;
        }
        List<String> holders = Holders.of(path);
        if (System.nanoTime() - end > 0) {
          throw busy(path, holders, e);
        }
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static ErrnoException busy(Path path, List<String> holders, ErrnoException cause) {
    String who = holders.isEmpty() ? "someone whom you may not see" : String.join("; ", holders);
    return new ErrnoException(
        Errno.EBUSY,
        FileName.of(path) + " is in use by " + who + "; unmount or close that first",
        cause);
  }

  /** As {@link #awaitUnlocked}, of a pool whose lock cannot be asked for, since it is gone. */
  private static List<String> awaitDone(Mount mount, List<PoolServer> servers)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_CLOSE.toNanos();
    while (!servers.isEmpty() && servers.stream().noneMatch(PoolServer::isDone)) {
      List<String> others = Holders.elsewhere(Path.of("/"), mount);
      if (!others.isEmpty()) {
        return others;
      }
      if (System.nanoTime() - end > 0) {
        throw new ErrnoException(
            Errno.EBUSY,
            "unmounted, but what serves it does not end; see: "
                + servers.get(0).open().getParent());
      }
      Thread.sleep(POLL.toMillis());
    }
    return List.of();
  }

  /**
   * The process that serves the pool holds its lock until everything is written; and for as long as
   * another mount namespace, of a container for one, still shows it.
   *
   * @return who does, if it stays locked
   */
  private static List<String> awaitUnlocked(Mount mount) throws IOException {
    Path pool = mount.pool();
    for (long end = System.nanoTime() + LONGEST_CLOSE.toNanos(); !isMounted(pool); ) {
      try {
        FileDirectory.lock(pool, true, CLOSE).close();
        return List.of();
      } catch (ErrnoException e) {
        List<String> others = Holders.elsewhere(Path.of("/"), mount);
        if (e.errno() == Errno.EBUSY && !others.isEmpty()) {
          return others;
        }
        if (e.errno() != Errno.EBUSY || System.nanoTime() - end > 0) {
          String what = "unmounted, but cannot see the pool unlocked: " + ErrorLine.reason(e);
          throw new ErrnoException(e.errno(), what, e);
        }
      }
    }
    return List.of();
  }

  /** Whether it is, again: then it has been unlocked meanwhile. */
  private static boolean isMounted(Path pool) throws IOException {
    return !MountTable.read().ofPool(pool).isEmpty();
  }
}
