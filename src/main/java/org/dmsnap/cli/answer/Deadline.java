package org.dmsnap.cli.answer;

import static org.dmsnap.kernel.KernelText.target;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.Proc;
import org.dmsnap.kernel.UnaskedPath;

/**
 * How long it is waited for servers of pools that do not answer: a stopped process, a hung disk.
 *
 * <p>Work that asks one is done on a thread of its own, for the kernel may never let that go. The
 * thread is left where it is once nothing has been heard of a server for {@link #patience}. Work
 * that merely takes long is waited for, as long as the server answers others and gets on.
 */
public final class Deadline {

  /** The property that bears the patience, in milliseconds. */
  static final String PATIENCE = "dmsnap.patience";

  private static final long PATIENCE_MILLIS = 10_000;
  private static final int LOOKS = 10;
  private static final Path PROC = Proc.ROOT;

  private final long patience = patience();
  private final List<ServerWatch> watches;
  private final Standstill standstill = new Standstill();
  private volatile Path thread = PROC; // that does the work, in /proc

  private Deadline(List<ServerWatch> watches) {
    this.watches = watches;
  }

  /** For work that asks the servers of what {@code paths} lie in, or are the pools of. */
  public static Deadline of(Collection<Path> paths) throws IOException {
    MountTable table = MountTable.read();
    return new Deadline(
        paths.stream()
            .map(path -> UnaskedPath.of(path, table))
            .flatMap(path -> table.concerning(path).stream())
            .distinct()
            .map(mount -> new ServerWatch(mount, patience()))
            .toList());
  }

  private static long patience() {
    return TimeUnit.MILLISECONDS.toNanos(Long.getLong(PATIENCE, PATIENCE_MILLIS));
  }

  /**
   * Something that asks a server.
   *
   * @param <T> what it results in
   */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /**
   * Does {@code work}.
   *
   * @throws ErrnoException ETIMEDOUT, in words, if it is given up
   */
  public <T> T during(Work<T> work) throws IOException {
    return during(
        work,
        words -> {
          throw new ErrnoException(Errno.ETIMEDOUT, words);
        });
  }

  /** Is told, in words, that a server does not answer; goes on waiting unless it throws. */
  @FunctionalInterface
  public interface Silence {
    /** It does not, and did before. */
    void begins(String words) throws IOException;
  }

  /** As {@link #during(Work)}, asking {@code silence} whether to go on waiting. */
  public <T> T during(Work<T> work, Silence silence) throws IOException {
    if (watches.isEmpty()) {
      return work.run();
    }
    FutureTask<T> task = new FutureTask<>(work::run);
    Thread worker = new Thread(() -> run(task), "command");
    worker.setDaemon(true);
    worker.start();
    try {
      return await(task, silence);
    } finally {
      watches.forEach(ServerWatch::close);
    }
  }

  private void run(FutureTask<?> task) {
    thread = PROC.resolve(target(PROC.resolve("thread-self")));
    task.run();
  }

  private <T> T await(FutureTask<T> task, Silence silence) throws IOException {
    boolean silent = false;
    for (boolean begun = false; ; begun = true) {
      try {
        return task.get(patience / LOOKS, TimeUnit.NANOSECONDS);
      } catch (ExecutionException failure) {
        throw cause(failure);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new ErrnoException(Errno.EINTR, "interrupted", interrupted);
      } catch (TimeoutException notYet) {
        if (!begun) { // most work is done by now, without anybody being asked
          watches.forEach(ServerWatch::start);
        }
        Optional<ServerWatch> found = silentOne();
        if (found.isPresent() && !silent) {
          silence.begins(found.get().words());
        }
        silent = found.isPresent();
      }
    }
  }

  /** What the work itself failed with. */
  private static IOException cause(ExecutionException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException known ? known : new IOException(failure);
  }

  private Optional<ServerWatch> silentOne() {
    long now = System.nanoTime();
    standstill.look(Set.of(ServerProcess.switches(thread)), now);
    boolean blocked = standstill.lasts(patience, now);
    return watches.stream().filter(watch -> watch.isSilent(blocked)).findFirst();
  }
}
