package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.succession.BlockBuffers;
import org.dmsnap.succession.LeftBlock;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a {@link WriteCache}: native pieces of {@link HeldBlock#BYTES}, at most so many,
 * cut from {@link BlockBuffers}, which get them back when none is in use; and no more buffers than
 * the {@link CacheMemory} that it shares with others grants.
 *
 * <p>A piece is known by its place there. Any number of threads.
 */
final class BlockMemory {

  private static final int PIECES = BufferPool.BUFFER_BYTES >> HeldBlock.SHIFT; // of a buffer

  private final int most;
  private final CacheMemory shared;
  private final BlockBuffers source;
  private final List<Long> buffers = new ArrayList<>(); // guarded by this
  private long[] free = {}; // guarded by this: a stack
  private int freeCount; // guarded by this
  private int used; // guarded by this

  /** That of one origin of this server. */
  static BlockMemory ofServer(Legacy legacy) {
    return new BlockMemory(WriteCache.DEFAULT_BYTES, CacheMemory.ofServer(), legacy.blocks());
  }

  /** As below, in memory of this process alone. */
  BlockMemory(long bytes, CacheMemory shared) {
    this(bytes, shared, BlockBuffers.PRIVATE);
  }

  /**
   * @param bytes how much there is to be at most, rounded down to whole pieces
   * @param shared what it is taken from
   * @param source where it is
   */
  BlockMemory(long bytes, CacheMemory shared, BlockBuffers source) {
    if (bytes < Regions.BYTES) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds not even a region");
    }
    most = Math.toIntExact(bytes >> HeldBlock.SHIFT);
    this.shared = shared;
    this.source = source;
  }

  /** Where it is. */
  BlockBuffers source() {
    return source;
  }

  /** What a predecessor left in it, which is used from now on; before anything else is. */
  synchronized List<LeftBlock> left() {
    List<LeftBlock> left = source.left();
    Set<Long> places = new HashSet<>();
    for (LeftBlock block : left) {
      places.add(block.place());
      long buffer = block.place() & -BufferPool.BUFFER_BYTES;
      if (!buffers.contains(buffer)) {
        buffers.add(buffer);
      }
    }
    free = new long[buffers.size() * PIECES];
    buffers.forEach(buffer -> addPieces(buffer, PIECES, places));
    used = left.size();
    shared.takeAnyway(bytes());
    return left;
  }

  /**
   * The places of {@code count} pieces, or null, and nothing is taken, if there are fewer.
   *
   * @throws IOException ENOMEM if the system has none, and nothing is in use that a drain would
   *     free
   */
  synchronized long @Nullable [] take(int count) throws IOException {
    if (count > 0 && hasTooMuch()) {
      return null;
    }
    while (freeCount < count) {
      if (used + freeCount >= most || !shared.take(bytes(), BufferPool.BUFFER_BYTES)) {
        return null;
      }
      if (!addBuffer()) {
        return null;
      }
    }
    long[] taken = new long[count];
    freeCount -= count;
    System.arraycopy(free, freeCount, taken, 0, count);
    used += count;
    return taken;
  }

  /** Takes back one piece. */
  synchronized void giveBack(long place) {
    free[freeCount++] = place;
    if (--used == 0) {
      shared.giveBack(bytes());
      buffers.forEach(source::giveBack);
      buffers.clear();
      freeCount = 0;
    }
  }

  /** What is still in use is lost, and others may have as much. */
  synchronized void close() {
    shared.giveBack(bytes());
    buffers.clear();
  }

  /** Whether more than half of what there may be is in use. */
  synchronized boolean halfUsed() {
    long half = Math.min((long) most << HeldBlock.SHIFT, shared.share(bytes())) / 2;
    return (long) used << HeldBlock.SHIFT > half;
  }

  /** Whether it came by its buffers when there was more for each, and has others to share with. */
  private boolean hasTooMuch() {
    return buffers.size() > 1 && bytes() > shared.share(bytes());
  }

  private long bytes() {
    return (long) buffers.size() * BufferPool.BUFFER_BYTES;
  }

  private boolean addBuffer() throws IOException {
    long buffer = BlockBuffers.NONE;
    try {
      buffer = source.take();
    } catch (IOException failure) {
      if (used == 0) {
        throw failure;
      }
    } finally {
      if (buffer == BlockBuffers.NONE) {
        shared.giveBack(BufferPool.BUFFER_BYTES);
      }
    }
    if (buffer == BlockBuffers.NONE) {
      if (used == 0) {
        throw new ErrnoException(Errno.ENOMEM, "no memory is left for what waits to be written");
      }
      return false;
    }
    buffers.add(buffer);
    free = Arrays.copyOf(free, Math.max(free.length, buffers.size() * PIECES));
    addPieces(buffer, Math.min(PIECES, most - used - freeCount), Set.of());
    return true;
  }

  private void addPieces(long buffer, int pieces, Set<Long> taken) {
    for (int piece = 0; piece < pieces; piece++) {
      long place = buffer + ((long) piece << HeldBlock.SHIFT);
      if (!taken.contains(place)) {
        free[freeCount++] = place;
      }
    }
  }
}
