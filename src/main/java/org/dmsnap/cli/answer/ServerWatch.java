package org.dmsnap.cli.answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.Proc;

/**
 * Whether the server of a mount gives signs of life, from its making until it is closed.
 *
 * <p>It is asked on a thread of its own, which may never return, and its process is looked at on
 * another, for the file system of the pool may hang as well.
 */
final class ServerWatch implements AutoCloseable {

  private static final Path PROC = Proc.ROOT;
  private static final int LOOKS = 10; // while it is waited for an answer

  private final Mount mount;
  private final long patience; // nanoseconds
  private final CountDownLatch over = new CountDownLatch(1);
  private final Standstill waiting = new Standstill();
  private final Standstill stopped = new Standstill();
  private volatile long heard = System.nanoTime();
  private volatile boolean gone;
  private volatile Optional<ServerProcess> server = Optional.empty();

  /** Of {@code mount}, whose server is to answer within so many nanoseconds. */
  ServerWatch(Mount mount, long patience) {
    this.mount = mount;
    this.patience = patience;
  }

  /** Begins to look. */
  void start() {
    start("ask", this::ask);
    start("look", this::look);
  }

  private void start(String name, Runnable round) {
    Thread thread = new Thread(() -> repeat(round), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void repeat(Runnable round) {
    try {
      do {
        round.run();
      } while (!over.await(patience / LOOKS, TimeUnit.NANOSECONDS));
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask() {
    try {
      Mount now = MountTable.read().at(mount.path());
      gone = now == null || !now.device().equals(mount.device());
      if (!gone) {
        Files.readAttributes(mount.path(), BasicFileAttributes.class);
      }
      heard = System.nanoTime();
    } catch (IOException refusal) {
      heard = System.nanoTime(); // which is an answer
    }
  }

  private void look() {
    if (server.isEmpty()) {
      server = ServerProcess.of(PROC, mount.pool());
    }
    long now = System.nanoTime();
    waiting.look(server.map(ServerProcess::waiting).orElse(Set.of()), now);
    boolean stops = server.isPresent() && server.get().isStopped();
    stopped.look(stops ? Set.of("stopped") : Set.of(), now);
  }

  /**
   * Whether there has been no sign of life for as long as that is waited for.
   *
   * @param blocked whether who asks has waited for one answer all that time, which alone does not
   *     mean anything: what is asked may take long
   */
  boolean isSilent(boolean blocked) {
    long now = System.nanoTime();
    if (gone) {
      return stopped.lasts(patience, now) || waiting.lasts(patience, now);
    }
    return now - heard >= patience || (blocked && waiting.lasts(patience, now));
  }

  /** What is wrong, since when, and what to do. */
  String words() {
    String process =
        server
            .map(ServerProcess::words)
            .orElse("the process that serves it cannot be told; see: cat /proc/locks");
    long seconds = TimeUnit.NANOSECONDS.toSeconds(patience);
    return mount.mountpoint()
        + " has not answered for "
        + seconds
        + " s, since "
        + LocalTime.now(ZoneId.systemDefault())
            .minus(patience, ChronoUnit.NANOS)
            .truncatedTo(ChronoUnit.SECONDS)
        + ": "
        + process;
  }

  @Override
  public void close() {
    over.countDown();
  }
}
