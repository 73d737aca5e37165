package org.dmsnap.engine;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * An origin's image, which remembers a failed fdatasync.
 *
 * <p>After one, Linux takes the pages that it could not write for clean, and a second fdatasync
 * would answer success, even one under way at the same time; so one goes after the other, and every
 * {@link #sync} fails with EIO until the image is opened again.
 */
final class Image implements BlockDevice {

  private final BlockDevice device;
  private final Legacy legacy;
  private final AtomicLong begun = new AtomicLong(); // syncs; only goes up with the turn held
  private final Object turn = new Object();
  private long ended; // guarded by turn: the last sync that went well
  private @Nullable IOException lost; // guarded by turn

  Image(BlockDevice device) {
    this.device = device;
    this.legacy = Legacy.NONE;
  }

  /** {@code device} as one, if it is none already. */
  static Image of(BlockDevice device) {
    return device instanceof Image image ? image : new Image(device);
  }

  /** As above; one that a predecessor's sync has failed on fails still. */
  Image(BlockDevice device, Legacy legacy) throws ErrnoException {
    this.device = device;
    this.legacy = legacy;
    this.lost = legacy.failure();
  }

  @Override
  public long size() {
    return device.size();
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    device.read(position, buffer, length);
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    device.write(position, buffer, length);
  }

  @Override
  public void discard(long position, long length) throws IOException {
    device.discard(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    device.zero(position, length);
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    return device.dataFrom(position, end);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    return device.holeFrom(position, end);
  }

  @Override
  public long allocated() {
    return device.allocated();
  }

  @Override
  public void startSync(long position, long length) {
    device.startSync(position, length);
  }

  @Override
  public void sync() throws IOException {
    long before = begun.get();
    synchronized (turn) {
      checkNotLost();
      if (ended > before) {
        return; // one that began after this call has done its work
      }
      long mine = begun.incrementAndGet();
      try {
        device.sync();
      } catch (IOException e) {
        lost = e;
        legacy.failed(e);
        throw e;
      }
      ended = mine;
    }
  }

  @Override
  public void settle() throws IOException {
    sync(); // which remembers what is lost
    device.settle();
  }

  @Override
  public void syncTimes() throws IOException {
    sync(); // which remembers what is lost
    device.syncTimes();
  }

  private void checkNotLost() throws ErrnoException {
    IOException before = lost;
    if (before != null) {
      throw new ErrnoException(
          Errno.EIO,
          "an earlier flush of the image failed, what was written before it may be lost; "
              + "mount the pool again: "
              + before.getMessage(),
          before);
    }
  }

  @Override
  public void resize(long size) throws IOException {
    device.resize(size);
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
