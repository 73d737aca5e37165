package org.dmsnap.store;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/**
 * The ranges of an origin that have an exception in any of some stores, whatever their chunk sizes.
 *
 * <p>Memory is bounded: a bit for each piece of the smallest chunk size, for a window of the origin
 * at a time; of a larger origin the stores are read once for each window.
 */
public final class ExceptedRanges {

  /** Pieces in a window: 1 TiB of 8 KiB each, which takes 16 MiB. */
  static final int WINDOW = 1 << 27;

  private final List<CowReader> stores;
  private final long bytes;
  private final int window;
  private final int shift;
  private final Joined out;

  private ExceptedRanges(List<CowReader> stores, long bytes, int window, Visitor visitor) {
    this.stores = stores;
    this.bytes = bytes;
    this.window = window;
    this.shift = shift(stores);
    this.out = new Joined(visitor);
  }

  /** Receives ranges in bytes, in order; no two of them touch. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes {@code length} bytes from {@code position} on. */
    void accept(long position, long length) throws IOException;
  }

  /**
   * Hands the ranges of an origin of {@code bytes} to {@code visitor}.
   *
   * @throws IOException if a store's list of exceptions has no end
   */
  public static void forEach(List<CowReader> stores, long bytes, Visitor visitor)
      throws IOException {
    forEach(stores, bytes, WINDOW, visitor);
  }

  static void forEach(List<CowReader> stores, long bytes, int window, Visitor visitor)
      throws IOException {
    new ExceptedRanges(stores, bytes, window, visitor).run();
  }

  /** How often {@link #forEach} reads each store. */
  public static long readings(List<CowReader> stores, long bytes) {
    return (bytes >>> shift(stores)) / WINDOW + 1;
  }

  private static int shift(List<CowReader> stores) {
    return stores.stream().mapToInt(store -> store.chunkSize().shift()).min().orElse(0);
  }

  private void run() throws IOException {
    if (stores.isEmpty()) {
      return;
    }
    long pieces = (bytes >>> shift) + 1;
    BitSet excepted = new BitSet((int) Math.min(pieces, window));
    for (long first = 0; first < pieces; first += window) {
      excepted.clear();
      for (CowReader store : stores) {
        mark(store, first, excepted);
      }
      emit(first, excepted);
    }
    out.end();
  }

  /** Sets the bits of the window that begins with piece {@code first}. */
  private void mark(CowReader store, long first, BitSet excepted) throws IOException {
    ChunkSize chunk = store.chunkSize();
    long chunks = chunk.chunksIn(bytes);
    int more = chunk.shift() - shift;
    store.forEach(
        (oldFirst, newFirst, count) -> {
          if (oldFirst >= 0 && oldFirst < chunks) { // else it is damaged, and nobody reads it
            long end = Math.min(chunks, oldFirst + count) << more;
            long from = Math.max(oldFirst << more, first) - first;
            long to = Math.min(end, first + window) - first;
            if (from < to) {
              excepted.set((int) from, (int) to);
            }
          }
        });
  }

  private void emit(long first, BitSet excepted) throws IOException {
    for (int from = excepted.nextSetBit(0); from >= 0; ) {
      int to = excepted.nextClearBit(from);
      long position = (first + from) << shift;
      long end = Math.min(bytes, (first + to) << shift);
      if (position < end) { // the last chunk may reach beyond the origin
        out.accept(position, end - position);
      }
      from = excepted.nextSetBit(to);
    }
  }

  /** Joins ranges that touch, where a window ends for one. */
  private static final class Joined {
    private final Visitor visitor;
    private long position;
    private long length;

    Joined(Visitor visitor) {
      this.visitor = visitor;
    }

    void accept(long nextPosition, long nextLength) throws IOException {
      if (position + length == nextPosition) {
        length += nextLength;
        return;
      }
      end();
      position = nextPosition;
      length = nextLength;
    }

    void end() throws IOException {
      if (length > 0) {
        visitor.accept(position, length);
      }
    }
  }
}
