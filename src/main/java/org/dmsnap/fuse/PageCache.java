package org.dmsnap.fuse;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsnap.pool.volume.Device;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the pages that the kernel has cached of one volume: whether they are still good
 * when it is opened, and whether a direct write may have been overtaken by a page that was being
 * read.
 *
 * <p>Before a direct write the kernel drops the pages of its range; what reads a page meanwhile may
 * put the old content back. After a write that the writer waited for it drops them again, after an
 * asynchronous one it does not (Linux 6.18 was seen to leave one page in some ten thousand stale,
 * for good). So whoever serves such a write has them dropped, if pages have been read lately.
 *
 * <p>Any number of threads.
 */
final class PageCache {

  /**
   * How long after a page was read a direct write may come that had its range's pages dropped
   * before: no longer than it takes from there to being received.
   */
  private static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicInteger filling = new AtomicInteger();
  private volatile long filled = System.nanoTime() - LATELY_NANOS;

  private WeakReference<@Nullable Device> seen = new WeakReference<>(null); // guarded by this
  private long generation; // guarded by this: of the device that was seen

  /** That of a volume whose pages another server may have given the kernel until now. */
  static PageCache afterAnother() {
    PageCache cache = new PageCache();
    cache.filled = System.nanoTime();
    return cache;
  }

  /**
   * Whether the pages are good for an open that happens now, and those thereafter: only if nothing
   * changed the content beneath since the open before. An open that is told no makes the kernel
   * drop all of them, also for files that others hold open.
   */
  synchronized boolean good(Device device) {
    long now = device.generation();
    boolean same = seen.refersTo(device) && generation == now;
    seen = new WeakReference<>(device); // weak, since names come and go
    generation = now;
    return same;
  }

  /** A page is going to be read. */
  void filling() {
    filling.incrementAndGet();
  }

  /** It has been read, or could not be. */
  void filled() {
    filled = System.nanoTime();
    filling.decrementAndGet();
  }

  /**
   * Whether a direct write that has just been done may be hidden by a page of before.
   *
   * @param came when it came to be served, by {@link System#nanoTime}: it may have been held since
   */
  boolean mayHideWrite(long came) {
    return filling.get() > 0 || came - filled < LATELY_NANOS;
  }
}
