package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsnap.block.DiskThread;
import org.dmsnap.engine.StallListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve requests.
 *
 * <p>They are Java threads, so that a request need not attach one to the virtual machine: that
 * alone is most of what jnr-fuse's own mount costs. A thread that must wait says so ({@link
 * #stalling}), and so does one that is about to wait for a disk ({@link DiskThread}); if fewer than
 * wanted are left free, another is started. Such a further one leaves, between two requests, once
 * nobody has waited for a while: the kernel wakes the threads in turn, so each that is not needed
 * costs all of them their warm caches. Otherwise loops end when the mount is gone.
 *
 * <p>For those who wait for disks there are {@link #MOST_AT_DISKS} further threads: no disk gains
 * by more. For those who wait for something else there are as many as wait, since it may be that
 * what they wait for needs one.
 *
 * <p>Make one before the pool, which wants a {@link StallListener}.
 */
public final class SessionLoop implements StallListener {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  /** Enough for a callback; thousands of threads may wait at once. */
  private static final long STACK_BYTES = 512 << 10;

  /** How long after the last wait further threads stay: starting one costs as much as a sync. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How many threads that wait for a disk have another in their place. */
  static final int MOST_AT_DISKS = 64;

  private final int wanted;
  private final long quietNanos;
  private final List<Thread> threads = new ArrayList<>(); // guarded by this
  private @Nullable Requests requests; // guarded by this; null before the start
  private final AtomicInteger stalled = new AtomicInteger();
  private final AtomicInteger atDisks = new AtomicInteger();
  private volatile int size; // of threads
  private volatile long lastStall; // System.nanoTime
  private int started; // guarded by this: threads so far
  private boolean ended; // guarded by this

  /**
   * @param threads how many are to be free to serve requests at any time
   */
  public SessionLoop(int threads) {
    this(threads, QUIET_NANOS);
  }

  /** As above; further threads leave after so many nanoseconds without a wait. */
  SessionLoop(int threads, long quietNanos) {
    wanted = threads;
    this.quietNanos = quietNanos;
  }

  /** Serves {@code requests} on every thread, until the mount is gone. */
  synchronized void start(Requests requests) {
    this.requests = requests;
    while (threads.size() < wanted) {
      addThread(new LoopThread(requests, false));
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
  public boolean givenUp() {
    return Interrupts.givenUp();
  }

  @Override
  public void resumed() {
    if (Thread.currentThread() instanceof LoopThread thread && --thread.waits == 0) {
      uncover();
    }
  }

  private void cover() {
    stalled.incrementAndGet();
    lastStall = System.nanoTime();
    if (free() < wanted) {
      try {
        bringUp();
      } catch (Throwable failure) {
        stalled.decrementAndGet();
        throw failure;
      }
    }
  }

  private synchronized void bringUp() {
    if (requests != null && !ended && free() < wanted) {
      addThread(new LoopThread(requests, true));
    }
  }

  private void uncover() {
    stalled.decrementAndGet();
    lastStall = System.nanoTime();
  }

  private int free() {
    return size - stalled.get();
  }

  /** Whether {@code further} has to stay; if not, it counts no more. */
  private boolean stays(Thread further) {
    return !spare() || System.nanoTime() - lastStall < quietNanos || !leaves(further);
  }

  private boolean spare() {
    return free() > wanted;
  }

  private synchronized boolean leaves(Thread further) {
    if (!spare() || ended) {
      return false;
    }
    size = threads.size() - 1; // before it is looked again: who waits from now on sees it
    if (free() < wanted) {
      size = threads.size();
      return false;
    }
    threads.remove(further);
    return true;
  }

  private synchronized void gone(Thread further) {
    threads.remove(further);
    size = threads.size();
  }

  /** How many threads there are now, waiting ones included. */
  public int size() {
    return size;
  }

  /** Whether the mount is gone. */
  synchronized boolean ended() {
    return ended;
  }

  /** Waits until the mount is gone, though requests may still be held. */
  synchronized void awaitEnd() throws InterruptedException {
    while (!ended) {
      wait();
    }
  }

  /** As {@link #awaitEnd()}, for so long at most; whether the mount is gone. */
  synchronized boolean awaitEnd(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; !ended && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
    return ended;
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

  private synchronized void addThread(LoopThread thread) {
    thread.setName("fuse-" + started);
    thread.start();
    threads.add(thread);
    size = threads.size();
    started++;
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** One thread in one loop. */
  final class LoopThread extends DiskThread {

    private final Requests requests;
    private final boolean further;
    private int waits; // this thread only: a wait may lie within another
    private boolean covered; // this thread only: another is there for its wait for a disk

    LoopThread(Requests requests, boolean further) {
      super("fuse", STACK_BYTES);
      this.requests = requests;
      this.further = further;
    }

    @Override
    protected void waiting() {
      if (waits++ == 0) {
        covered = atDisks.incrementAndGet() <= MOST_AT_DISKS && covers();
      }
    }

    @Override
    protected void waited() {
      if (--waits == 0) {
        atDisks.decrementAndGet();
        if (covered) {
          uncover();
        }
      }
    }

    private boolean covers() {
      try {
        cover();
        return true;
      } catch (OutOfMemoryError noThread) {
        LOG.warn("{} waits for a disk and has nobody in its place: {}", getName(), noThread);
        return false;
      }
    }

    @Override
    public void run() {
      // keeps a thread that serves loop devices from waiting for its own dirty pages; needs a
      // privilege, and is only a kindness under memory pressure
      MountCalls.INSTANCE.prctl(MountCalls.PR_SET_IO_FLUSHER, 1, 0, 0, 0);
      int result = -1;
      try {
        result = requests.serveWhile(further ? () -> stays(this) : () -> true);
        if (result < 0) {
          LOG.error("{}: /dev/fuse failed; the mount answers no more", getName());
        }
      } catch (OutOfMemoryError noMemory) {
        if (!further) {
          throw noMemory;
        }
        LOG.warn("{} has no memory to serve requests, others have: {}", getName(), noMemory);
        result = 1;
        gone(this);
      } finally {
        if (result <= 0) {
          end();
        }
      }
    }
  }
}
