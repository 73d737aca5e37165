package org.dmsnap.engine;

import java.util.concurrent.locks.StampedLock;

/**
 * What every request to an origin and its snapshots passes through, so that they can be held.
 *
 * <p>Two locks, of which a request takes one, shared: changing requests (writes, discards, a batch
 * of the merge) take {@code changes}, all others (reads, fsync) take {@code views}. Suspend takes
 * {@code changes} exclusively: reads and fsync go on. Whoever changes the structure (which
 * snapshots there are, which target serves a volume) takes both exclusively, {@code changes} first,
 * for a moment.
 *
 * <p>Not reentrant. What a waiting request holds must not be needed by whoever ends the wait, so a
 * request takes the gate before anything else.
 */
public final class Gate {

  private final StampedLock changes = new StampedLock();
  private final StampedLock views = new StampedLock();
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
    views.unlockRead(stamp);
  }

  /** Enters for a request that changes something; returns the stamp {@link #leaveChange} takes. */
  public long enterChange() {
    return enter(changes);
  }

  /** Leaves after {@link #enterChange}. */
  public void leaveChange(long stamp) {
    changes.unlockRead(stamp);
  }

  /**
   * Waits for the changing requests in flight and holds all that come; any thread may {@link
   * #release} the stamp returned.
   */
  public long holdChanges() {
    return changes.writeLock();
  }

  /** Lets changing requests go on; takes the stamp of {@link #holdChanges}. */
  public void release(long stamp) {
    changes.unlockWrite(stamp);
  }

  /** Waits for the other requests in flight and holds all that come; for a moment only. */
  public long holdViews() {
    return views.writeLock();
  }

  /** Lets the other requests go on; takes the stamp of {@link #holdViews}. */
  public void releaseViews(long stamp) {
    views.unlockWrite(stamp);
  }

  private long enter(StampedLock lock) {
    long stamp = lock.tryReadLock();
    if (stamp != 0) {
      return stamp;
    }
    stalls.stalling();
    try {
      return lock.readLock();
    } finally {
      stalls.resumed();
    }
  }
}
