package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;

/** Zeroes a range by writing zeroes, a buffer at a time. */
final class Zeroes {

  /** As {@link Target#write}. */
  @FunctionalInterface
  interface Write {
    void write(long position, NativeBuffer buffer, int length) throws IOException;
  }

  private Zeroes() {}

  /** Has {@code write} write so many zeroes. */
  static void write(long position, long length, Write write) throws IOException {
    NativeBuffer zeroes = BufferPool.borrow();
    try {
      zeroes.putZeroes((int) Math.min(length, BufferPool.BUFFER_BYTES));
      for (long left = length; left > 0; ) {
        int piece = (int) Math.min(left, BufferPool.BUFFER_BYTES);
        write.write(position, zeroes.seek(0), piece);
        position += piece;
        left -= piece;
      }
    } finally {
      BufferPool.giveBack(zeroes);
    }
  }
}
