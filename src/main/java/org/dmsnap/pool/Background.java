package org.dmsnap.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.dmsnap.pool.state.EventLog;

/** Runs one thing of a pool at a time, later, on a thread of its own. */
final class Background implements Executor {

  private static final long LONGEST_SECONDS = 30;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread worker = new Thread(work, "dmsnap-pool");
            worker.setDaemon(true);
            return worker;
          });

  /** Runs {@code work}; {@link RejectedExecutionException} once it is stopped. */
  @Override
  public void execute(Runnable work) {
    thread.execute(work);
  }

  /** Takes no further work. */
  void shutdown() {
    thread.shutdown();
  }

  /** Takes no further work, and waits a while for what there is. */
  void stop(EventLog log) {
    shutdown();
    try {
      if (!thread.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        log.warning("the pool's background work goes on while the pool is closed");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
