package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.dmsnap.engine.StallListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve requests, each in a loop of libfuse's.
 *
 * <p>They are Java threads, so that a callback need not attach one to the virtual machine: that
 * alone is most of what jnr-fuse's own mount costs. A thread that must wait says so ({@link
 * #stalling}), and if fewer than wanted are left free, another is started; it stays when the wait
 * is over. Loops end when the mount is gone, and in no other way: the request taken by a loop that
 * leaves earlier would never be answered.
 *
 * <p>Make one before the pool, which wants a {@link StallListener}.
 */
public final class SessionLoop implements StallListener {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  /** Enough for a callback; thousands of threads may wait at once. */
  private static final long STACK_BYTES = 512 << 10;

  private final int wanted;
  private final List<Thread> threads = new ArrayList<>(); // guarded by this
  private @Nullable IntSupplier loop; // guarded by this; null before the start
  private int stalled; // guarded by this
  private boolean ended; // guarded by this

  /**
   * @param threads how many are to be free to serve requests at any time
   */
  public SessionLoop(int threads) {
    wanted = threads;
  }

  /** Calls {@code loop} on every thread; it returns when the mount is gone. */
  synchronized void start(IntSupplier loop) {
    this.loop = loop;
    while (threads.size() < wanted) {
      addThread(loop);
    }
  }

  @Override
  public void stalling() {
    if (Thread.currentThread() instanceof LoopThread thread && thread.waits++ == 0) {
      try {
        cover();
      } catch (Throwable failure) {
        thread.waits--; // a stall that cannot be covered fails its request instead
        throw failure;
      }
    }
  }

  @Override
  public void resumed() {
    if (Thread.currentThread() instanceof LoopThread thread && --thread.waits == 0) {
      uncover();
    }
  }

  private synchronized void cover() {
    if (loop != null && !ended && threads.size() - stalled <= wanted) {
      addThread(loop);
    }
    stalled++;
  }

  private synchronized void uncover() {
    stalled--;
  }

  /** How many threads there are now, waiting ones included. */
  public synchronized int size() {
    return threads.size();
  }

  /** Waits until the mount is gone, though requests may still be held. */
  synchronized void awaitEnd() throws InterruptedException {
    while (!ended) {
      wait();
    }
  }

  /** Waits until every thread has ended. */
  void join() throws InterruptedException {
    awaitEnd();
    for (Thread thread : snapshot()) {
      thread.join();
    }
  }

  private synchronized List<Thread> snapshot() {
    return List.copyOf(threads);
  }

  private void addThread(IntSupplier loop) {
    Thread thread = new LoopThread("fuse-" + threads.size(), loop);
    thread.start();
    threads.add(thread);
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** One thread in one loop. */
  private final class LoopThread extends Thread {

    private final IntSupplier loop;
    private int waits; // this thread only: a wait may lie within another

    LoopThread(String name, IntSupplier loop) {
      super(null, null, name, STACK_BYTES);
      this.loop = loop;
    }

    @Override
    public void run() {
      // keeps a thread that serves loop devices from waiting for its own dirty pages; needs a
      // privilege, and is only a kindness under memory pressure
      MountCalls.INSTANCE.prctl(MountCalls.PR_SET_IO_FLUSHER, 1, 0, 0, 0);
      try {
        if (loop.getAsInt() != 0) {
          LOG.error("{}: /dev/fuse failed; the mount answers no more", getName());
        }
      } finally {
        end();
      }
    }
  }
}
