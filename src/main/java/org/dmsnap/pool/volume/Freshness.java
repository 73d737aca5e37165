package org.dmsnap.pool.volume;

import java.util.concurrent.atomic.AtomicLong;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * What whoever looked at a volume, or keeps a cache of it, is owed: a later time with every change,
 * and another number once a cache that was filled before may be stale.
 *
 * <p>Any number of threads; allocates nothing.
 */
public final class Freshness {

  private static final AtomicLong GENERATIONS = new AtomicLong();

  private final ChangeTime time;
  private final @Nullable ChangeTime beneath;
  private volatile long generation = GENERATIONS.incrementAndGet();

  /** Of a volume last changed at {@code time}, and with which {@code beneath} changes. */
  Freshness(ChangeTime time, @Nullable ChangeTime beneath) {
    this.time = time;
    this.beneath = beneath;
  }

  /** Has {@code legacy} keep its time, for who looks at a successor's. */
  public void keptBy(Legacy legacy) {
    legacy.keep(time, false);
  }

  /** What it reads as has changed: see {@link ChangeTime} for when to say so. */
  void changed() {
    time.changed();
    if (beneath != null) {
      beneath.changed(); // what is written may wait in memory, where the image shows it already
    }
  }

  /** What it reads as has changed, by something else than a write to it. */
  public void contentChanged() {
    cachesStale();
    time.replaced();
    changed();
  }

  /** What changes under a page cache, or may be about to, is not what that cache holds. */
  public void cachesStale() {
    generation = GENERATIONS.incrementAndGet();
  }

  /** See {@link Device#changedNanos}. */
  long changedNanos() {
    return time.look();
  }

  /** See {@link Device#generation}. */
  long generation() {
    return generation;
  }
}
