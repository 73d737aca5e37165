package org.dmsnap.engine;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An origin's image, which remembers a failed fdatasync.
 *
 * <p>After one, Linux takes the pages that it could not write for clean, and a second fdatasync
 * would answer success; so every {@link #sync} fails with EIO until the image is opened again.
 */
final class Image implements BlockDevice {

  private final BlockDevice device;
  private volatile @Nullable IOException lost;

  Image(BlockDevice device) {
    this.device = device;
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
  public void sync() throws IOException {
    IOException before = lost;
    if (before != null) {
      throw new ErrnoException(
          Errno.EIO,
          "an earlier flush of the image failed, what was written before it may be lost; "
              + "mount the pool again: "
              + before.getMessage(),
          before);
    }
    try {
      device.sync();
    } catch (IOException e) {
      lost = e;
      throw e;
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
