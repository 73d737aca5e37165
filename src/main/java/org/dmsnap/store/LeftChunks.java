package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions of a transient store, which a successor finds: a word for each chunk of the COW
 * device, the origin's chunk plus one, or 0. In front stands how many chunks were ever used.
 *
 * <p>Any number of threads.
 */
final class LeftChunks {

  private static final int FIRST = 4096;

  private final @Nullable SharedMemory memory;
  private final long room;
  private final Holes holes = new Holes(); // guarded by the store
  private long used; // guarded by this

  private LeftChunks(@Nullable SharedMemory memory) {
    this.memory = memory;
    this.room = memory == null ? Long.MAX_VALUE : (memory.size() - FIRST) / Long.BYTES;
  }

  /**
   * What a predecessor left, or nothing yet.
   *
   * @param oldChunks how many chunks the origin has
   * @param newChunks how many the COW device has; more if it grows
   */
  static LeftChunks of(Legacy legacy, long oldChunks, long newChunks) throws IOException {
    LeftChunks left = new LeftChunks(legacy.chunks(Math.max(2 * oldChunks, newChunks)));
    left.check(oldChunks, newChunks);
    return left;
  }

  private void check(long oldChunks, long newChunks) throws ErrnoException {
    if (memory == null) {
      return;
    }
    used = memory.get(0);
    if (used < 0 || used > Math.min(room, newChunks)) {
      throw new ErrnoException(
          Errno.EINVAL, "the server before left " + used + " exceptions, which cannot be");
    }
    for (long chunk = 0; chunk < used; chunk++) {
      long oldChunk = at(chunk) - 1;
      if (oldChunk == -1) {
        holes.add(chunk, 1);
      }
      if (oldChunk < -1 || oldChunk >= oldChunks) {
        throw new ErrnoException(
            Errno.EINVAL, "the server before left an exception for the origin's chunk " + oldChunk);
      }
    }
  }

  private long at(long chunk) {
    return memory == null ? 0 : memory.get(FIRST + chunk * Long.BYTES);
  }

  /** Hands all that was left to {@code loader}. */
  void forEach(ExceptionStore.Loader loader) {
    for (long chunk = 0; chunk < used(); chunk++) {
      if (at(chunk) != 0) {
        loader.accept(at(chunk) - 1, chunk);
      }
    }
  }

  /** How many chunks were ever used: the first ones. */
  synchronized long used() {
    return used;
  }

  /** Chunks that can be used though others behind them are. */
  Holes holes() {
    return holes;
  }

  /** How many chunks there can be. */
  long room() {
    return room;
  }

  /** Exceptions count from now on. */
  void committed(long oldFirst, ChunkRun run) {
    if (memory == null) {
      return;
    }
    use(run.end());
    for (long i = 0; i < run.count(); i++) {
      memory.publish(FIRST + (run.first() + i) * Long.BYTES, oldFirst + i + 1);
    }
  }

  private synchronized void use(long end) {
    if (memory != null && end > used) {
      memory.publish(0, end);
      used = end;
    }
  }
}
