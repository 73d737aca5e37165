package org.dmsnap.engine;

import java.util.concurrent.atomic.AtomicInteger;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Trait;

/** Whether writes to a snapshot were acknowledged that no flush has made durable yet. */
final class Unflushed {

  private final Legacy legacy;
  private volatile boolean any;
  private final AtomicInteger flushing = new AtomicInteger(); // any may be true again after

  /** Of a snapshot that leaves {@code legacy}. */
  Unflushed(Legacy legacy) {
    this.legacy = legacy;
    this.any = legacy.is(Trait.UNFLUSHED);
  }

  /** A write is acknowledged; one that fails acknowledges nothing that could be lost. */
  void written() {
    if (!any) {
      any = true; // a flush that takes it back just now began after this write
      note();
    }
  }

  /** A successor is to know, too. */
  private synchronized void note() {
    legacy.is(Trait.UNFLUSHED, any());
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
    note();
  }
}
