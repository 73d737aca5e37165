package org.dmsnap.block;

import java.util.ArrayDeque;

/**
 * Lends buffers of 256 KiB for copies, so that no thread keeps one of its own.
 *
 * <p>Any number of threads. Whoever {@link #borrow}s gives back, in a {@code finally}; there are
 * never more buffers than were lent at one time.
 */
public final class BufferPool {

  /**
   * Bytes in a buffer, the largest piece in which anything is copied: what is read is still in a
   * processor's cache when it is written, which of 1 MiB it is not.
   */
  public static final int BUFFER_BYTES = 256 << 10;

  private static final ArrayDeque<NativeBuffer> IDLE = new ArrayDeque<>();

  private BufferPool() {}

  /** A buffer of {@link #BUFFER_BYTES}, its cursor at the start, its content undefined. */
  public static NativeBuffer borrow() {
    synchronized (IDLE) {
      NativeBuffer idle = IDLE.pollFirst();
      if (idle != null) {
        return idle.seek(0);
      }
    }
    return NativeBuffer.allocate(BUFFER_BYTES);
  }

  /** Takes back what {@link #borrow} lent. */
  public static void giveBack(NativeBuffer buffer) {
    synchronized (IDLE) {
      IDLE.addFirst(buffer);
    }
  }
}
