package org.dmsnap.block;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The clock of all {@link ChangeTime}s: gives no time twice, and none earlier than before, whatever
 * the system's does. In nanoseconds since 1970; any number of threads; allocates nothing.
 */
final class ChangeClock {

  /** The system's. */
  static final ChangeClock SYSTEM = new ChangeClock(System::currentTimeMillis);

  private final LongSupplier millis;
  private final AtomicLong latest = new AtomicLong(); // that was given
  private final AtomicLong newest = new AtomicLong(); // of those, and of what was given ahead

  /** One that ticks as {@code millis}, since 1970, does. */
  ChangeClock(LongSupplier millis) {
    this.millis = millis;
  }

  /** What it is by the system's clock. */
  long now() {
    return TimeUnit.MILLISECONDS.toNanos(millis.getAsLong());
  }

  /** {@code now}, or later, so that it is given once. */
  long after(long now) {
    return latest.accumulateAndGet(now, ChangeClock::later);
  }

  /** Notes that {@code time} was given, which may not have come yet. */
  void ahead(long time) {
    newest.accumulateAndGet(time, Math::max);
  }

  /** A time later than all that were given. */
  long newest() {
    return newest.accumulateAndGet(after(now()), ChangeClock::later);
  }

  private static long later(long last, long now) {
    return Math.max(last + 1, now);
  }
}
