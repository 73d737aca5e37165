package org.dmsnap.engine;

import java.io.IOException;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * Discards of a snapshot. Source: section "Discard" of the kernel's snapshot.rst, with one
 * difference: what succeeds reads as zeroes, where the kernel leaves old data in chunks without an
 * exception.
 */
final class SnapshotDiscard {

  private static final int LARGEST_RUN = 16 << 20;

  private final Snapshot snapshot;
  private final boolean zeroesCow;
  private final boolean passdown;

  SnapshotDiscard(Snapshot snapshot, Set<Feature> features) {
    this.snapshot = snapshot;
    this.zeroesCow = features.contains(Feature.DISCARD_ZEROES_COW);
    this.passdown = features.contains(Feature.DISCARD_PASSDOWN_ORIGIN);
  }

  /** Refuses features that cannot be together. */
  static void check(Set<Feature> features) throws ErrnoException {
    if (features.contains(Feature.DISCARD_PASSDOWN_ORIGIN)
        && !features.contains(Feature.DISCARD_ZEROES_COW)) {
      throw new ErrnoException(
          Errno.EINVAL, "discard_passdown_origin feature depends on discard_zeroes_cow");
    }
  }

  /** As {@link Target#discard}; the snapshot can be written. */
  void discard(long position, long length) throws IOException {
    check(position, length);
    if (passdown) {
      snapshot.origin().image().discard(position, length);
    }
    ExceptionMap exceptions = snapshot.exceptions();
    for (long at = position, end = position + length; at < end; ) {
      int most = (int) Math.min(end - at, LARGEST_RUN);
      int run = exceptions.exceptedRun(at, most);
      if (run > 0) {
        snapshot.cow().zero(exceptions.cowPosition(at), run);
      }
      at += run > 0 ? run : exceptions.unexceptedRun(at, most);
    }
  }

  /** Refuses what cannot be kept as promised, with nothing changed. */
  void check(long position, long length) throws IOException {
    if (!zeroesCow) {
      throw new ErrnoException(
          Errno.EOPNOTSUPP, "the snapshot was made without discard_zeroes_cow");
    }
    if (!passdown && !unexceptedIsZero(position, length)) {
      throw new ErrnoException(
          Errno.EOPNOTSUPP, "a discard would leave the origin's data in chunks not yet written");
    }
  }

  private boolean unexceptedIsZero(long position, long length) throws IOException {
    ExceptionMap exceptions = snapshot.exceptions();
    for (long at = position, end = position + length; at < end; ) {
      snapshot.origin().gate().checkWanted();
      int most = (int) Math.min(end - at, LARGEST_RUN);
      int run = exceptions.unexceptedRun(at, most);
      if (run > 0 && !NonZero.of(snapshot::read, snapshot.extents(), at, run).isEmpty()) {
        return false;
      }
      at += run > 0 ? run : exceptions.exceptedRun(at, most);
    }
    return true;
  }
}
