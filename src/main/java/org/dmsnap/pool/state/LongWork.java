package org.dmsnap.pool.state;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that may take hours, on a thread of its own that is there while there is something to do.
 */
public final class LongWork {

  private final String name;
  private @Nullable Thread thread; // guarded by this
  private boolean wanted; // guarded by this
  private final Map<String, String> told = new HashMap<>(); // guarded by this
  private volatile boolean stopping;

  /** Work on a thread of that name. */
  public LongWork(String name) {
    this.name = name;
  }

  /** Has {@code work} done, once more if it is under way: it looks for itself what there is. */
  public synchronized void wake(Runnable work) {
    wanted = true;
    if (thread == null && !stopping) {
      Thread started = new Thread(() -> run(work), name);
      started.setDaemon(true);
      thread = started;
      started.start();
    }
  }

  private void run(Runnable work) {
    boolean ends = false;
    try {
      while (next()) {
        work.run();
      }
      ends = true;
    } finally {
      if (!ends) {
        ended(); // whatever went wrong, nobody is to wait for it
      }
    }
  }

  private synchronized void ended() {
    thread = null;
    notifyAll();
  }

  private synchronized boolean next() {
    boolean more = wanted && !stopping;
    wanted = false;
    if (!more) {
      ended();
    }
    return more;
  }

  /**
   * Whether {@code text} is another than the last one of {@code name}: what is tried is told once.
   */
  public synchronized boolean isNews(String name, String text) {
    return !text.equals(told.put(name, text));
  }

  /** Whether it is to stop at the next opportunity. */
  public boolean stopping() {
    return stopping;
  }

  /** Waits until it has stopped, for good. */
  public synchronized void stop() {
    stopping = true;
    boolean interrupted = false;
    while (thread != null) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // what is under way must end all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
