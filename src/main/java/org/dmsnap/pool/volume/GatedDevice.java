package org.dmsnap.pool.volume;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.Gate;
import org.dmsnap.engine.Target;
import org.jspecify.annotations.Nullable;

/**
 * A volume's data: takes each request through the gate to the target that serves it now. A change
 * is told to {@link Freshness} inside, also if it failed, for it may have changed some of it.
 */
abstract sealed class GatedDevice implements Device permits Volume {

  /** So much is zeroed inside the gate. */
  private static final long ZERO_PIECE = 16 << 20;

  private final Gate gate;
  private final ServedBy served;
  private final Freshness freshness;
  private final Naming naming = new Naming();

  /** Data behind {@code gate} that nothing serves yet. */
  GatedDevice(Gate gate, ServedBy served, Freshness freshness) {
    this.gate = gate;
    this.served = served;
    this.freshness = freshness;
  }

  /** What every request to it passes. */
  public final Gate gate() {
    return gate;
  }

  /** The target that serves it. */
  public final ServedBy served() {
    return served;
  }

  /** What who looked at it is owed. */
  public final Freshness freshness() {
    return freshness;
  }

  /** Its identity, which its changes may have to take something away from. */
  public final Naming naming() {
    return naming;
  }

  /** Why it cannot be written, or null; does not change from null while it is open. */
  abstract @Nullable String writeProtection();

  @Override
  public final void read(long position, NativeBuffer buffer, int length) throws IOException {
    long stamp = gate.enterView();
    try {
      served.target().read(position, buffer, length);
    } finally {
      gate.leaveView(stamp);
    }
  }

  @Override
  public final long dataFrom(long position) throws IOException {
    long stamp = gate.enterView();
    try {
      return served.target().extents().dataFrom(position, size());
    } finally {
      gate.leaveView(stamp);
    }
  }

  @Override
  public final long holeFrom(long position) throws IOException {
    long stamp = gate.enterView();
    try {
      return served.target().extents().holeFrom(position, size());
    } finally {
      gate.leaveView(stamp);
    }
  }

  @Override
  public final long allocated() {
    Target target = served.orNull();
    return target == null ? size() : target.extents().allocated();
  }

  @Override
  public final void flush() throws IOException {
    long stamp = gate.enterView();
    try {
      if (!neverServed()) {
        served.target().flush();
      }
    } finally {
      gate.leaveView(stamp);
    }
  }

  /** Whether nothing could ever be written to it, so that there is nothing to make durable. */
  abstract boolean neverServed();

  @Override
  public final void write(long position, NativeBuffer buffer, int length) throws IOException {
    long stamp = enterChange();
    try {
      naming.changing();
      served.target().write(position, buffer, length);
    } finally {
      freshness.changed();
      gate.leaveChange(stamp);
    }
  }

  @Override
  public final void discard(long position, long length) throws IOException {
    long stamp = enterChange();
    try {
      checkDiscard();
      naming.changing();
      served.target().discard(position, length);
    } finally {
      freshness.changed();
      discarded();
      gate.leaveChange(stamp);
    }
  }

  @Override
  public final void zero(long position, long length) throws IOException {
    long stamp = enterChange();
    try {
      if (length > ZERO_PIECE) {
        served.target().admitZero(position, length); // all of it, or nothing
      }
      naming.changing();
      served.target().zero(position, Math.min(length, ZERO_PIECE));
    } finally {
      freshness.changed();
      gate.leaveChange(stamp);
    }
    if (length > ZERO_PIECE) {
      zeroRest(position + ZERO_PIECE, position + length);
    }
  }

  /** In pieces, between which others go on and the caller may give it up. */
  private void zeroRest(long from, long end) throws IOException {
    for (long at = from; at < end; at += ZERO_PIECE) {
      gate.checkWanted();
      long stamp = enterChange();
      try {
        naming.changing();
        served.target().zero(at, Math.min(end - at, ZERO_PIECE));
      } finally {
        freshness.changed();
        gate.leaveChange(stamp);
      }
    }
  }

  /** A discard has been done, or has failed on the way. */
  void discarded() {
    // only this volume is changed by it, and the kernel drops that part of its cache by itself
  }

  /** Refuses a discard that would reach what must not change. */
  void checkDiscard() throws IOException {
    served.target();
  }

  private long enterChange() throws IOException {
    String protection = writeProtection();
    if (protection != null) {
      throw new ErrnoException(Errno.EROFS, protection);
    }
    return gate.enterChange();
  }
}
