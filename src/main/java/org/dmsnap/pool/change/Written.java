package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.zip.CRC32C;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.pool.state.PoolState;

/**
 * Writes what a stream brings to a device, and remembers where, if it is to be verified. One
 * thread.
 */
final class Written {

  private final DatedDevice device;
  private final CRC32C came = new CRC32C();
  private final Spool places;
  private final boolean remembered;
  private long from;
  private long end;

  Written(PoolState state, DatedDevice device, boolean remembered) {
    this.device = device;
    this.places = new Spool(state);
    this.remembered = remembered;
  }

  DatedDevice device() {
    return device;
  }

  /** Writes {@code length} bytes of {@code bytes} to {@code position}. */
  void write(long position, byte[] bytes, int offset, int length) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (int done = 0; done < length; ) {
        int count = Math.min(length - done, BufferPool.BUFFER_BYTES);
        buffer.seek(0).put(bytes, offset + done, count);
        device.write(position + done, buffer.seek(0), count);
        done += count;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
    if (remembered) {
      came.update(bytes, offset, length);
      remember(position, length);
    }
  }

  private void remember(long position, int length) throws IOException {
    if (position != end) {
      places.add(from, end - from);
      from = position;
    }
    end = position + length;
  }

  /**
   * Reads what was written, if it was remembered, from the disk so far as that can be had.
   *
   * @throws ErrnoException EIO if it is not what came
   */
  void verify() throws IOException {
    if (!remembered) {
      return;
    }
    places.add(from, end - from);
    device.settle();
    CRC32C found = new CRC32C();
    places.forEach((position, length) -> read(position, length, found));
    if (found.getValue() != came.getValue()) {
      throw new ErrnoException(
          Errno.EIO, "what was written of the stream does not read as it came: look at the disk");
    }
  }

  private void read(long position, long length, CRC32C found) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    byte[] bytes = new byte[(int) Math.min(length, BufferPool.BUFFER_BYTES)];
    try {
      for (long done = 0; done < length; ) {
        int count = (int) Math.min(length - done, bytes.length);
        device.read(position + done, buffer.seek(0), count);
        buffer.seek(0).get(bytes, 0, count);
        found.update(bytes, 0, count);
        done += count;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /** Gives back what it took to remember. */
  void close() throws IOException {
    places.close();
  }
}
