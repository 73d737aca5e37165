package org.dmsnap.fuse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which threads serve a request now, so that all of them can be held between two requests: what has
 * been received by then and not begun waits, and is never answered if the server ends.
 *
 * <p>A request costs two plain stores: whoever holds waits until what the processors have not yet
 * told each other is told.
 */
final class Turns {

  private static final long POLL_MILLIS = 10; // far longer than a store takes to be seen
  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(Turn.class, "busy", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** One thread's. */
  static final class Turn {
    @SuppressWarnings("unused") // by BUSY
    private boolean busy;
  }

  private static final ThreadLocal<@Nullable Turn> MINE = new ThreadLocal<>();

  private final List<Turn> all = new CopyOnWriteArrayList<>();
  private volatile boolean held;

  /** The calling thread is going to serve. */
  Turn enter() {
    Turn mine = new Turn();
    MINE.set(mine);
    all.add(mine);
    return mine;
  }

  /** The calling thread serves no more. */
  void leave(Turn mine) {
    MINE.remove();
    all.remove(mine);
  }

  /** A request is going to be served; waits while all are held. */
  void begin(Turn mine) {
    BUSY.setOpaque(mine, true);
    if (held) {
      await(mine);
    }
  }

  /** It has been answered. */
  void end(Turn mine) {
    BUSY.setRelease(mine, false);
  }

  private void await(Turn mine) {
    BUSY.setRelease(mine, false);
    synchronized (this) {
      while (held) {
        try {
          wait();
        } catch (InterruptedException ignored) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    BUSY.setOpaque(mine, true);
  }

  /**
   * Holds all but the calling thread; returns once none of them serves any more, or after so long:
   * those that are still under way wait themselves, of a suspended volume for one.
   */
  void hold(long millis) throws InterruptedException {
    held = true;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    do {
      Thread.sleep(POLL_MILLIS);
    } while (othersServe() && System.nanoTime() - end < 0);
  }

  private boolean othersServe() {
    Turn mine = MINE.get();
    for (Turn each : all) {
      if (each != mine && (boolean) BUSY.getAcquire(each)) {
        return true;
      }
    }
    return false;
  }

  /** Lets them go on. */
  synchronized void release() {
    held = false;
    notifyAll();
  }
}
