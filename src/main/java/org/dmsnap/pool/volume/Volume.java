package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Gate;
import org.dmsnap.engine.Target;
import org.jspecify.annotations.Nullable;

/**
 * A device that users open: takes each request through the gate to the target that serves it now.
 */
public abstract sealed class Volume implements Device permits LayeredVolume {

  private static final AtomicLong GENERATIONS = new AtomicLong();

  /** So much is zeroed inside the gate. */
  private static final long ZERO_PIECE = 16 << 20;

  private final String name;
  private final Gate gate;
  private final ServedBy served;
  private final ChangeTime time;
  private volatile long generation = GENERATIONS.incrementAndGet();
  private volatile String file;
  private final Opens opens;

  /** A volume that nothing serves yet. */
  Volume(String name, Gate gate, String file, ChangeTime time) {
    this.name = name;
    this.opens = new Opens(name);
    this.gate = gate;
    this.file = file;
    this.time = time;
    this.served = new ServedBy(name);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean hidden() {
    return false;
  }

  @Override
  public final long changedNanos() {
    return time.look();
  }

  @Override
  public final long generation() {
    return generation;
  }

  /** What it reads as has changed, by something else than a write to it. */
  public final void contentChanged() {
    cachesStale();
    time.replaced();
    changed();
  }

  /** What changes under a page cache, or may be about to, is not what that cache holds. */
  public final void cachesStale() {
    generation = GENERATIONS.incrementAndGet();
  }

  /** What it reads as has changed: see {@link ChangeTime} for when to say so. */
  void changed() {
    time.changed();
  }

  /** What every request to it passes. */
  public final Gate gate() {
    return gate;
  }

  /** The name of its file in the pool, for now; empty for none. */
  public final String file() {
    return file;
  }

  /** Its file has got another name. */
  public final void fileRenamed(String renamed) {
    file = renamed;
  }

  /** The target that serves it. */
  public final ServedBy served() {
    return served;
  }

  /** Why it cannot be written, or null; does not change from null while it is open. */
  abstract @Nullable String writeProtection();

  @Override
  public final boolean writable() {
    return writeProtection() == null;
  }

  /** Its size in sectors. */
  public final long sectors() {
    return Sectors.in(size());
  }

  /** Who has it open. */
  public final Opens opens() {
    return opens;
  }

  @Override
  public final void opened() throws IOException {
    opens.add();
  }

  @Override
  public final void released() {
    opens.release();
  }

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
      served.target().write(position, buffer, length);
    } finally { // what has failed may have changed some of it
      changed();
      gate.leaveChange(stamp);
    }
  }

  @Override
  public final void discard(long position, long length) throws IOException {
    long stamp = enterChange();
    try {
      checkDiscard();
      served.target().discard(position, length);
    } finally {
      changed();
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
      served.target().zero(position, Math.min(length, ZERO_PIECE));
    } finally {
      changed();
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
        served.target().zero(at, Math.min(end - at, ZERO_PIECE));
      } finally {
        changed();
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
