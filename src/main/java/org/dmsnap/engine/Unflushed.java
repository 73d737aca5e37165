package org.dmsnap.engine;

import java.util.concurrent.atomic.AtomicInteger;

/** Whether writes to a snapshot were acknowledged that no flush has made durable yet. */
final class Unflushed {

  private volatile boolean any;
  private final AtomicInteger flushing = new AtomicInteger(); // any may be true again after

  /** A write is acknowledged; one that fails acknowledges nothing that could be lost. */
  void written() {
    if (!any) {
      any = true; // a flush that takes it back just now began after this write
    }
  }

  /** Whether there are, as far as is known before the flushes under way have ended. */
  boolean any() {
    return any || flushing.get() > 0;
  }

  /** A flush begins. */
  void begin() {
    flushing.incrementAndGet(); // before: whoever finds neither set may take all for durable
    any = false;
  }

  /** A flush that has begun fails. */
  void failed() {
    any = true;
  }

  /** A flush that has begun ends. */
  void end() {
    flushing.decrementAndGet();
  }
}
