package org.dmsnap.pool.volume;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;

/** A device beneath volumes, there to be looked at; opening it does not count as opening those. */
abstract sealed class HiddenDevice implements Device permits RealDevice, CowDevice {

  private final Volume above;
  private final String name;

  /** The device of that name beneath {@code above}. */
  HiddenDevice(Volume above, String name) {
    this.above = above;
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean writable() {
    return false;
  }

  @Override
  public final boolean hidden() {
    return true;
  }

  @Override
  public final boolean writesHeld() {
    return false; // there are none
  }

  @Override
  public final long generation() {
    return above.generation();
  }

  @Override
  public final void read(long position, NativeBuffer buffer, int length) throws IOException {
    long stamp = above.gate().enterView();
    try {
      deviceInside().read(position, buffer, length);
    } finally {
      above.gate().leaveView(stamp);
    }
  }

  @Override
  public final long dataFrom(long position) throws IOException {
    long stamp = above.gate().enterView();
    try {
      return deviceInside().dataFrom(position, size());
    } finally {
      above.gate().leaveView(stamp);
    }
  }

  @Override
  public final long holeFrom(long position) throws IOException {
    long stamp = above.gate().enterView();
    try {
      return deviceInside().holeFrom(position, size());
    } finally {
      above.gate().leaveView(stamp);
    }
  }

  /** What it shows, inside the gate; fails if it is {@link #gone}. */
  abstract BlockDevice deviceInside() throws IOException;

  /** What a request to it gets when it is gone. */
  final ErrnoException gone() {
    return new ErrnoException(Errno.EIO, name() + " is gone");
  }

  @Override
  public final void released() {
    // nothing was counted
  }

  @Override
  public final void write(long position, NativeBuffer buffer, int length) throws IOException {
    throw readOnly();
  }

  @Override
  public final void discard(long position, long length) throws IOException {
    throw readOnly();
  }

  @Override
  public final void zero(long position, long length) throws IOException {
    throw readOnly();
  }

  private ErrnoException readOnly() {
    return new ErrnoException(Errno.EROFS, name() + " is there for reading only");
  }
}
