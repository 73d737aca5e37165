package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;

/**
 * Runs of bytes that do not read as zeroes, to whole blocks: what of a range has to be copied out
 * or written before it does. Whatever comes to stand in the rest meanwhile is as if it came later.
 *
 * @param position of the first byte
 * @param length in bytes
 */
record NonZero(long position, int length) {

  private static final int BLOCK = 4096;

  /** As {@link Target#read}. */
  @FunctionalInterface
  interface Read {
    void read(long position, NativeBuffer buffer, int length) throws IOException;
  }

  /** The runs of a range, in ascending order; what {@code extents} leaves out is not read. */
  static List<NonZero> of(Read read, Extents extents, long position, long length)
      throws IOException {
    List<NonZero> runs = new ArrayList<>();
    NativeBuffer buffer = BufferPool.borrow();
    try {
      long end = position + length;
      for (long at = extents.dataFrom(position, end); at < end; at = extents.dataFrom(at, end)) {
        long piece = Math.min(end, (at & -BLOCK) + BufferPool.BUFFER_BYTES) - at;
        read.read(at, buffer.seek(0), (int) piece);
        add(runs, buffer, at, at + piece);
        at += piece;
      }
      return runs;
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  private static void add(List<NonZero> runs, NativeBuffer buffer, long from, long to) {
    for (long at = from; at < to; ) {
      int length = (int) (Math.min(to, (at & -BLOCK) + BLOCK) - at);
      if (!buffer.seek((int) (at - from)).isZero(length)) {
        join(runs, at, length);
      }
      at += length;
    }
  }

  private static void join(List<NonZero> runs, long at, int length) {
    int last = runs.size() - 1;
    if (last >= 0 && runs.get(last).position + runs.get(last).length == at) {
      NonZero before = runs.get(last);
      runs.set(last, new NonZero(before.position, before.length + length));
    } else {
      runs.add(new NonZero(at, length));
    }
  }
}
