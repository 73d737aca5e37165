package org.dmsnap.engine;

import java.util.concurrent.Semaphore;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * What every request to an origin and its snapshots passes through, so that they can be held.
 *
 * <p>Two locks, of which a request takes one, shared: changing requests (writes, discards, a batch
 * of the merge) take {@code changes}, all others (reads, fsync) take {@code views}. Suspend takes
 * {@code changes} exclusively: reads and fsync go on. Whoever changes the structure (which
 * snapshots there are, which target serves a volume) takes both exclusively, {@code changes} first,
 * for a moment.
 *
 * <p>Fair: whoever waits to hold it is not overtaken by requests that keep coming, or under load
 * that never pauses a snapshot would never be taken. Any thread may let go what another took.
 *
 * <p>Not reentrant. What a waiting request holds must not be needed by whoever ends the wait, so a
 * request takes the gate before anything else.
 */
public final class Gate {

  private static final int ALL = Integer.MAX_VALUE;
  private static final long STAMP = 1; // there is but one, and it is not 0

  private final Semaphore changes = new Semaphore(ALL, true);
  private final Semaphore views = new Semaphore(ALL, true);
  private final StallListener stalls;

  /**
   * @param stalls told when a request is held
   */
  public Gate(StallListener stalls) {
    this.stalls = stalls;
  }

  /** Enters for a request that changes nothing; returns the stamp that {@link #leaveView} takes. */
  public long enterView() {
    return enter(views);
  }

  /** Leaves after {@link #enterView}. */
  public void leaveView(long stamp) {
    leave(views, stamp);
  }

  /** Enters for a request that changes something; returns the stamp {@link #leaveChange} takes. */
  public long enterChange() {
    return enter(changes);
  }

  /** Leaves after {@link #enterChange}. */
  public void leaveChange(long stamp) {
    leave(changes, stamp);
  }

  /**
   * Waits for the changing requests in flight and holds all that come; any thread may {@link
   * #release} the stamp returned.
   */
  public long holdChanges() {
    return hold(changes);
  }

  /** Lets changing requests go on; takes the stamp of {@link #holdChanges}. */
  public void release(long stamp) {
    release(changes, stamp);
  }

  /** Waits for the other requests in flight and holds all that come; for a moment only. */
  public long holdViews() {
    return hold(views);
  }

  /** Lets the other requests go on; takes the stamp of {@link #holdViews}. */
  public void releaseViews(long stamp) {
    release(views, stamp);
  }

  /** EINTR if whoever waits for the request of this thread has given it up. */
  public void checkWanted() throws ErrnoException {
    if (stalls.givenUp()) {
      throw new ErrnoException(Errno.EINTR, "the request was given up half-way");
    }
  }

  private long enter(Semaphore lock) {
    if (!lock.hasQueuedThreads() && lock.tryAcquire()) { // which alone would jump the queue
      return STAMP;
    }
    stalls.stalling();
    try {
      lock.acquireUninterruptibly();
      return STAMP;
    } finally {
      stalls.resumed();
    }
  }

  private static void leave(Semaphore lock, long stamp) {
    check(stamp);
    lock.release();
  }

  private static long hold(Semaphore lock) {
    lock.acquireUninterruptibly(ALL);
    return STAMP;
  }

  private static void release(Semaphore lock, long stamp) {
    check(stamp);
    lock.release(ALL);
  }

  private static void check(long stamp) {
    if (stamp != STAMP) {
      throw new IllegalMonitorStateException("no stamp of this gate: " + stamp);
    }
  }
}
