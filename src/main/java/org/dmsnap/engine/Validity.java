package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ExceptionStore;

/**
 * Whether a snapshot can still be used.
 *
 * <p>A snapshot that cannot keep its content becomes Invalid durably before the write that broke it
 * reaches the image: {@link #ensureRecorded} returns only once the COW device's header, or the
 * listener, has it on disk. Overflow is in memory alone, as in the kernel.
 */
final class Validity {

  private final ExceptionStore store;
  private volatile boolean valid;
  private volatile boolean overflowed;
  private volatile boolean recorded;
  private String reason = "marked invalid on the COW device"; // guarded by this

  Validity(ExceptionStore store) {
    this.store = store;
    this.valid = store.valid();
    this.recorded = !valid;
  }

  boolean valid() {
    return valid;
  }

  boolean overflowed() {
    return overflowed;
  }

  void overflow() {
    overflowed = true;
  }

  /** Makes the snapshot Invalid, durably. */
  void invalidate(Snapshot snapshot, String why, SnapshotListener listener) throws IOException {
    synchronized (this) {
      if (valid) {
        reason = why;
        valid = false;
      }
    }
    ensureRecorded(snapshot, listener);
  }

  /** Returns once it is durable that the snapshot is Invalid; tries again what failed before. */
  void ensureRecorded(Snapshot snapshot, SnapshotListener listener) throws IOException {
    if (recorded) {
      return;
    }
    synchronized (this) {
      if (!recorded) {
        listener.invalidated(snapshot, reason, recordInHeader());
        recorded = true;
      }
    }
  }

  private boolean recordInHeader() {
    try {
      store.invalidate();
      return true;
    } catch (IOException e) {
      reason += "; its header could not be written: " + ErrnoException.errnoOf(e);
      return false;
    }
  }
}
