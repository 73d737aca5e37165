package org.dmsnap.block;

import java.io.Closeable;
import java.io.IOException;

/**
 * A run of bytes that can be read and written at any position.
 *
 * <p>Positions, lengths and sizes are in bytes. Transfers move all the bytes asked for or throw;
 * there is no short transfer, and one that reaches past {@link #size()} throws EIO. Any number of
 * threads may call at once; overlapping writes are the caller's to order. What is written may be
 * lost in a power cut, sector by sector, until {@link #sync()} has returned.
 *
 * <p>Failures are {@link ErrnoException}s with the errno of the call beneath: ENOSPC where the
 * backing file system is full, EIO and the rest where it failed.
 */
public interface BlockDevice extends Extents, Closeable {

  /** The size in bytes, as it is now; it changes by {@link #resize} alone. */
  long size();

  /**
   * Fills the next {@code length} bytes of {@code buffer} from {@code position}; moves its cursor.
   */
  void read(long position, NativeBuffer buffer, int length) throws IOException;

  /**
   * Writes the next {@code length} bytes of {@code buffer} to {@code position}; moves its cursor.
   */
  void write(long position, NativeBuffer buffer, int length) throws IOException;

  /**
   * Makes a range read as zeroes, by whatever means are cheapest; its space may be given back to
   * the backing file system.
   */
  void discard(long position, long length) throws IOException;

  /** Makes a range read as zeroes and keeps, where it can, the space that backs it. */
  void zero(long position, long length) throws IOException;

  /** A device that cannot say how much is allocated for it answers {@link #size()}. */
  @Override
  default long allocated() {
    return size();
  }

  /**
   * Makes everything written before the call durable (fdatasync). After a failure nothing written
   * since the last success may be taken for written, whatever a later call says.
   */
  void sync() throws IOException;

  /**
   * Lets what was written to a range begin to reach the disk, so that the next {@link #sync()} need
   * not wait for it: a hint, which makes nothing durable and tells of no failure.
   */
  default void startSync(long position, long length) {}

  /**
   * As {@link #sync()}, and what is read from now on is what is on the disk: of what a sync that
   * failed could not write, be it that of a process that is gone, nothing is seen any more, so far
   * as the system can be made to forget it.
   */
  void settle() throws IOException;

  /** As {@link #sync()}, and makes durable when it was last modified, too (fsync). */
  default void syncTimes() throws IOException {
    sync();
  }

  /** Sets the size; growth reads as zeroes. Durable with the next {@link #sync()}. */
  void resize(long size) throws IOException;

  /** Gives the device back; closing twice is harmless, closing syncs nothing. */
  @Override
  void close() throws IOException;
}
