package org.dmsnap.pool.state;

import org.dmsnap.engine.OverflowPolicy;

/**
 * How a pool is to be run: the part of the mount options that is the pool's.
 *
 * @param readOnly no writes, no control commands; nothing in the pool changes
 * @param acceptChangedOrigin serve an origin that was changed while it was not mounted all the same
 * @param autoextendThreshold percent used at which a snapshot grows, 50 to 100; 100 is off
 * @param autoextendPercent by how much of its size it grows, at least 1
 * @param overflow what happens to a write that a full snapshot cannot follow
 * @param stack whether a snapshot goes beneath those that its origin has already
 */
public record PoolOptions(
    boolean readOnly,
    boolean acceptChangedOrigin,
    int autoextendThreshold,
    int autoextendPercent,
    OverflowPolicy overflow,
    boolean stack) {

  private static final int LEAST_THRESHOLD = 50;

  /** What a mount without options runs with. */
  public static final PoolOptions DEFAULT =
      new PoolOptions(false, false, 70, 20, OverflowPolicy.INVALIDATE);

  /** Those of a mount without {@code stack}. */
  public PoolOptions(
      boolean readOnly,
      boolean acceptChangedOrigin,
      int autoextendThreshold,
      int autoextendPercent,
      OverflowPolicy overflow) {
    this(readOnly, acceptChangedOrigin, autoextendThreshold, autoextendPercent, overflow, false);
  }

  /** The same with {@code stack}. */
  public PoolOptions stacked() {
    return new PoolOptions(
        readOnly, acceptChangedOrigin, autoextendThreshold, autoextendPercent, overflow, true);
  }

  /** These with what works in the place of what does not, of which {@code log} is told. */
  public PoolOptions checked(EventLog log) {
    if (autoextendThreshold >= LEAST_THRESHOLD) {
      return this;
    }
    log.warning("autoextend_threshold is raised to 50, the least that works");
    return new PoolOptions(
        readOnly, acceptChangedOrigin, LEAST_THRESHOLD, autoextendPercent, overflow, stack);
  }
}
