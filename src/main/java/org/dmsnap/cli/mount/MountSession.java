package org.dmsnap.cli.mount;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.succession.ServiceSocket;
import org.dmsnap.cli.succession.Succession;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.fuse.FuseMount;
import org.dmsnap.fuse.Session;
import org.dmsnap.fuse.SessionLoop;
import org.dmsnap.kernel.Holders;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool that is mounted and served by this process, from the mount to the clean stop.
 *
 * <p>It stops when it is unmounted, by whomever; a signal has it unmount itself. In both cases
 * {@link #finish} decides the exit code, once.
 */
public final class MountSession {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Pool pool;
  private final FuseMount mount;
  private final Succession succession;
  private final Consumer<String> complaint;
  private boolean detached; // guarded by this, as all below
  private boolean finished;
  private int exitCode;

  private MountSession(
      Pool pool, FuseMount mount, Succession succession, Consumer<String> complaint) {
    this.pool = pool;
    this.mount = mount;
    this.succession = succession;
    this.complaint = complaint;
  }

  /**
   * Locks and opens the pool, mounts it, and returns once the mount answers; or goes on with a
   * mount whose server has ended.
   *
   * @param mountpoint absolute and without links, if it is mounted already
   * @param complaint is told, on one line, if the stop could not write everything
   */
  public static MountSession start(
      Path source,
      Path mountpoint,
      MountSettings settings,
      Succession succession,
      Consumer<String> complaint)
      throws IOException {
    SessionLoop loop = new SessionLoop(settings.front().threads());
    @Nullable Session left = succession.isOn() ? Session.of(succession.handedOn()) : null;
    Pool pool = PoolOpening.open(source, settings, loop, succession, left);
    try {
      FuseMount mount =
          left != null && succession.takesOver()
              ? FuseMount.takeOver(
                  pool, loop, succession.device(), mountpoint, settings.front(), left)
              : FuseMount.mount(pool, loop, mountpoint, settings.front(), left);
      MountSession session = new MountSession(pool, mount, succession, complaint);
      new Handover(pool, mount, succession).begin();
      Runtime.getRuntime().addShutdownHook(new Thread(session::stopOnSignal, "stop"));
      return session;
    } catch (Throwable e) {
      if (!succession.takesOver()) { // else another may try again with what is left
        pool.close();
      }
      throw e;
    }
  }

  /** Lines that the mounter should read: what is wrong in the pool, and who cannot come in. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (EventLog.Event event : pool.log().events()) {
      if (event.level() != EventLog.Level.INFO) {
        warnings.add(event.text());
      }
    }
    warnings.addAll(mount.warnings());
    return warnings;
  }

  /** Has every event from now on written to the program's own log. */
  public void logEvents() {
    pool.log().follow(MountSession::log);
  }

  private static void log(EventLog.Event event) {
    switch (event.level()) {
      case INFO -> LOG.info(event.text());
      case WARNING -> LOG.warn(event.text());
      case ERROR -> LOG.error(event.text());
    }
  }

  /**
   * Serves until the mount is gone and everything is written.
   *
   * @return the exit code: 1 if something could not be written
   */
  public int serve() throws InterruptedException {
    mount.awaitUnmounted();
    return finish();
  }

  /** What the virtual machine runs when it ends: after a signal, and after all has been done. */
  private void stopOnSignal() {
    if (!isFinished()) {
      pool.log().info("asked to stop");
      attempt(() -> ServiceSocket.ofThisProcess().say(ServiceSocket.STOPPING));
      attempt(pool::commit);
      leave();
      Runtime.getRuntime().halt(finish()); // the exit code of a signal is not the one promised
    }
  }

  /** Unmounts, by and by lazily. */
  private void leave() {
    Optional<Mount> entry = entry();
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean told = false;
    while (!unmounted()) {
      if (!told) {
        told = true;
        Holders.of(mount.mountpoint())
            .forEach(holder -> pool.log().warning("stopping, but in use by " + holder));
      }
      if (System.nanoTime() - end > 0 || !pause()) {
        detach();
        return;
      }
    }
    if (!gone(POLL.toMillis())) {
      entry.stream()
          .flatMap(gone -> Holders.elsewhere(Path.of("/"), gone).stream())
          .forEach(holder -> pool.log().warning("stopping, but still mounted for " + holder));
      if (!gone(TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()))) {
        letGo();
      }
    }
  }

  /** The mount as the kernel lists it, while it does. */
  private Optional<Mount> entry() {
    try {
      return Optional.ofNullable(MountTable.read().at(mount.mountpoint()));
    } catch (IOException unknown) {
      pool.log().warning("mounts cannot be read: " + ErrorLine.reason(unknown));
      return Optional.empty();
    }
  }

  /** Whether it is mounted nowhere any more; other mount namespaces may keep it. */
  private boolean gone(long millis) {
    try {
      return mount.awaitUnmounted(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Tries to unmount; what fails for any other reason than users is left to {@link #detach}. */
  private boolean unmounted() {
    try {
      mount.unmount();
      return true;
    } catch (ErrnoException e) {
      return e.errno() == Errno.EINVAL; // somebody else was faster
    } catch (IOException e) {
      pool.log().warning("cannot unmount: " + ErrorLine.reason(e));
      return false;
    }
  }

  private void detach() {
    letGo();
    attempt(mount::detach);
  }

  /** Who uses it still is not waited for. */
  private void letGo() {
    pool.log().warning("still in use; what is open will answer no more");
    attempt(pool::commit);
    synchronized (this) {
      detached = true;
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(POLL.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized boolean isFinished() {
    return finished;
  }

  /** Writes everything and closes, once; says what could not be written. */
  private synchronized int finish() {
    if (finished) {
      return exitCode;
    }
    finished = true;
    List<String> failures = new ArrayList<>();
    attempt(pool::commit).forEach(failures::add);
    if (!detached) { // else requests may come for as long as someone has a file open
      attempt(mount::close).forEach(failures::add);
    }
    attempt(succession::end); // or the pool stays locked
    attempt(pool::close).forEach(failures::add);
    if (!failures.isEmpty()) {
      exitCode = 1;
      complaint.accept(
          "stopped, but not everything could be written: " + String.join("; ", failures));
    }
    return exitCode;
  }

  /** One step of a stop, which goes on whatever fails; what did is logged and returned. */
  private List<String> attempt(Step step) {
    try {
      step.run();
      return List.of();
    } catch (Exception e) {
      pool.log().error("stopping: " + ErrorLine.reason(e));
      return List.of(ErrorLine.reason(e));
    }
  }

  /** Something that may fail. */
  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }
}
