package org.dmsnap.engine;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Trait;
import org.jspecify.annotations.Nullable;

/**
 * Whether a snapshot can still be used.
 *
 * <p>A snapshot that cannot keep its content becomes Invalid durably before the write that broke it
 * reaches the image: {@link #ensureRecorded} returns only once the COW device's header, or the
 * listener, has it on disk. Overflow is in memory alone, as in the kernel, and outlives the
 * process.
 *
 * <p><b>Who may lose a snapshot.</b> Only a change of the origin's (a write, zeroing, merge) that
 * needs the old content saved, or made durable, where that fails. As long as the origin wants
 * nothing of it, a failing COW device costs the snapshot nothing but what fails:
 *
 * <ul>
 *   <li>a read, or an own write, fails with the errno, and is as if it had not been;
 *   <li>records that cannot be written fail the fsync that wanted them, and every one until they
 *       could be;
 *   <li>a sync that fails makes every fsync EIO until the pool is mounted again, and takes no more
 *       new exceptions; what the last good fsync acknowledged is there after the mount;
 *   <li>a discard of the origin's is refused.
 * </ul>
 *
 * <p><b>In a stack</b> a snapshot that is Invalid makes all that read through it Invalid, durably,
 * before the write that caused it goes on: what they would read is no longer kept.
 *
 * <p>The kernel gives up a snapshot for an own first write that fails. An own write that finds the
 * COW device full loses the snapshot here, too ({@link OverflowPolicy}).
 */
final class Validity {

  static final String NO_SPACE = "Unable to allocate exception";
  static final String IO_ERROR = "Error reading/writing";

  /** Why it is Invalid if what it reads through is. */
  static final String THROUGH_INVALID = "What it reads through is Invalid";

  private final ExceptionStore store;
  private final Legacy legacy;
  private final Dependents dependents;
  private volatile boolean valid;
  private volatile boolean overflowed;
  private volatile boolean recorded; // of it and of all that read through it
  private final boolean found; // so on the COW device, as who died before its sync may have left it
  private boolean told; // guarded by this: of it alone
  private String reason = "marked invalid on the COW device"; // guarded by this

  /**
   * @param legacy what it leaves
   * @param beneath what it reads through, if that is a snapshot
   * @param dependents what reads through it
   */
  Validity(ExceptionStore store, Legacy legacy, @Nullable Snapshot beneath, Dependents dependents) {
    this.store = store;
    this.legacy = legacy;
    this.overflowed = legacy.is(Trait.OVERFLOWED);
    this.dependents = dependents;
    this.found = !store.valid();
    this.valid = store.valid() && (beneath == null || beneath.valid());
    if (!found && !valid) {
      reason = THROUGH_INVALID;
    }
  }

  static ErrnoException invalid() {
    return new ErrnoException(Errno.EIO, "the snapshot is Invalid; remove it, or reset it");
  }

  boolean valid() {
    return valid;
  }

  boolean overflowed() {
    return overflowed;
  }

  void overflow() {
    overflowed = true;
    legacy.is(Trait.OVERFLOWED, true);
  }

  /** Is in Overflow, and tells so if it was not. */
  void overflow(Snapshot snapshot, SnapshotListener listener) {
    if (!overflowed) {
      overflow();
      listener.overflowed(snapshot);
    }
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
        record(snapshot, listener);
        dependents.invalidate();
        recorded = true;
      }
    }
  }

  private void record(Snapshot snapshot, SnapshotListener listener) throws IOException {
    if (!told) {
      String unheaded = recordInHeader();
      if (!found || !unheaded.isEmpty()) {
        listener.invalidated(snapshot, reason + unheaded, unheaded.isEmpty());
      }
      told = true;
    }
  }

  /** Why the header does not say so, to be told behind the reason; or an empty text. */
  private String recordInHeader() {
    try {
      store.invalidate();
      return "";
    } catch (IOException e) {
      return "; its header could not be written: " + ErrnoException.errnoOf(e);
    }
  }
}
