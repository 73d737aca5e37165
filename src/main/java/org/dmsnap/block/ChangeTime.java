package org.dmsnap.block;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * When something was last changed, in nanoseconds since 1970, as backups compare it.
 *
 * <p>A change that comes after a {@link #look} gives a later time than that look got, in one tick
 * of the clock too, and if the clock is set back. Changes that nobody has looked between share a
 * tick, so that writers, who all come here, seldom write what the others read. Times given to
 * different things differ: what takes a name that was used before has a later time than that had.
 *
 * <p>Many a program compares whole seconds (rsync does), and would miss a change in the one in
 * which it looked. Writers are everywhere held to come later than that; a {@link #replaced} content
 * is not, so its time is the next whole second then, up to one ahead of the clock. What changes in
 * that second, when it has come, gets the one after it.
 *
 * <p>{@link #changed} is to be called once the change can be seen, and before its requester is told
 * of it. Before, a backup could note the new time and read the old content, and never look again.
 *
 * <p>Any number of threads; allocates nothing.
 */
public final class ChangeTime {

  private static final long NEVER = Long.MIN_VALUE;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ChangeClock clock;
  private LongConsumer kept = later -> {}; // guarded by this
  private volatile long time; // only goes up, under this
  private volatile long seen = NEVER; // the time last looked at; under this
  private boolean ahead; // whether its second was given before it came; guarded by this

  /** That of something that has just come to be. */
  public ChangeTime() {
    this(now(), ChangeClock.SYSTEM);
  }

  /** That of something that was last changed at {@code nanos}. */
  public ChangeTime(long nanos) {
    this(nanos, ChangeClock.SYSTEM);
  }

  /** As above, by {@code clock}. */
  ChangeTime(long nanos, ChangeClock clock) {
    this.time = nanos;
    this.clock = clock;
  }

  /** That which another {@linkplain #keep kept}: whoever has looked at that is owed the same. */
  public static ChangeTime inherited(long nanos) {
    ChangeTime inherited = new ChangeTime(nanos, ChangeClock.SYSTEM);
    inherited.ahead = nanos > ChangeClock.SYSTEM.now();
    inherited.look();
    return inherited;
  }

  /** Has {@code keeper} told what it is, and what it becomes. */
  public synchronized void keep(LongConsumer keeper) {
    kept = keeper;
    kept.accept(time);
  }

  /** A time later than any that was given before. */
  public static long now() {
    return ChangeClock.SYSTEM.newest();
  }

  /** What it was; the next change has a later one. */
  public synchronized long look() {
    seen = time;
    return time;
  }

  /** It has changed. */
  public void changed() {
    long now = clock.now();
    if (now > time || seen == time) { // what all threads read need not be written by each
      advance(now, false);
    }
  }

  /** All of it may have changed at once. */
  public void replaced() {
    advance(clock.now(), true);
  }

  private synchronized void advance(long now, boolean whole) {
    long next = Math.max(clock.after(now), time + 1);
    boolean early = ahead && second(next) == second(time);
    boolean missed = seen != NEVER && second(next) == second(seen);
    boolean jump = missed && (whole || early) && second(next) <= second(now);
    ahead = early || jump;
    time = jump ? (second(next) + 1) * SECOND : next;
    kept.accept(time);
    if (jump) {
      clock.ahead(time);
    }
  }

  private static long second(long nanos) {
    return Math.floorDiv(nanos, SECOND);
  }
}
