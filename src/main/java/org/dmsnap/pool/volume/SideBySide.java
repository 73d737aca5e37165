package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Does the same with several things at once, and waits for all: on a few threads that end with it,
 * of which the caller's is one, so that a single thing needs no other.
 *
 * @param <T> what it is done with
 */
final class SideBySide<T> {

  private static final int MOST_THREADS = 16;

  /**
   * What is done, on any thread.
   *
   * @param <T> what it is done with
   */
  interface Each<T> {
    /** Does it. */
    void with(T thing) throws IOException;
  }

  private final List<T> things;
  private final Each<T> each;
  private final List<Throwable> failures = new ArrayList<>(); // guarded by itself

  private SideBySide(List<T> things, Each<T> each) {
    this.things = things;
    this.each = each;
  }

  /**
   * Does {@code each} with all {@code things}; one that fails holds up no other.
   *
   * @throws IOException the first failure there was, once all are done
   */
  static <T> void run(List<T> things, Each<T> each) throws IOException {
    new SideBySide<>(things, each).run();
  }

  private void run() throws IOException {
    int count = Math.min(things.size(), MOST_THREADS);
    List<Thread> others = new ArrayList<>();
    try {
      for (int first = 1; first < count; first++) {
        int begin = first;
        Thread other = new Thread(() -> every(begin, count), "dmsnap-moment-" + begin);
        other.start();
        others.add(other);
      }
      every(0, count);
    } finally {
      others.forEach(SideBySide::join); // whatever happens: what they do must not go on after this
    }
    throwFirst();
  }

  private void every(int first, int step) {
    for (int i = first; i < things.size(); i += step) {
      try {
        each.with(things.get(i));
      } catch (Throwable failure) { // thrown again by the caller's thread
        synchronized (failures) {
          failures.add(failure);
        }
      }
    }
  }

  private void throwFirst() throws IOException {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.get(0);
    failures.stream().skip(1).forEach(first::addSuppressed);
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    throw (IOException) first;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
