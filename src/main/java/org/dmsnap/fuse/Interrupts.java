package org.dmsnap.fuse;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which requests are served now, so that the one that a {@code FUSE_INTERRUPT} names can hear of
 * it: its caller got a signal. Only what takes long asks, {@link #givenUp}; who has answered by
 * then is not found, and the interrupt is dropped.
 */
final class Interrupts {

  /** One thread's request. */
  static final class Serving {
    private volatile long unique;
    private volatile long interrupted;

    /** It serves this request from now on. */
    void begin(long request) {
      unique = request;
    }
  }

  private static final ThreadLocal<Serving> MINE = new ThreadLocal<>();

  private final List<Serving> all = new CopyOnWriteArrayList<>();

  /** The calling thread begins to serve requests. */
  Serving enter() {
    Serving mine = new Serving();
    MINE.set(mine);
    all.add(mine);
    return mine;
  }

  /** The calling thread serves none any more. */
  void leave(Serving mine) {
    MINE.remove();
    all.remove(mine);
  }

  /** The caller of a request waits for it no longer. */
  void interrupt(long request) {
    for (Serving each : all) {
      if (each.unique == request) {
        each.interrupted = request;
      }
    }
  }

  /** Whether the caller of the request that this thread serves has given it up. */
  static boolean givenUp() {
    Serving mine = MINE.get();
    return mine != null && mine.unique != 0 && mine.interrupted == mine.unique;
  }
}
