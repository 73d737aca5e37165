package org.dmsnap.store;

import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks of a persistent COW device are free: all from one on, but for metadata, and holes.
 *
 * <p>Not thread-safe: {@link PersistentStore} guards it.
 */
final class Allocation {

  private final BlockDevice cow;
  private final AreaLayout layout;
  private final Holes holes = new Holes();
  private long nextFree = AreaLayout.FIRST_DATA_CHUNK;

  Allocation(BlockDevice cow, AreaLayout layout) {
    this.cow = cow;
    this.layout = layout;
  }

  /** The first that is free. */
  long nextFree() {
    return nextFree;
  }

  /** All from {@code chunk} on are free, but for metadata. */
  void from(long chunk) {
    nextFree = layout.skipMetadata(chunk);
  }

  /** Up to {@code wanted} that lie next to each other, or null if there are none. */
  @Nullable ChunkRun take(long wanted) {
    if (holes.chunks() > 0) {
      return holes.take(wanted);
    }
    long room = layout.chunkSize().chunkOf(cow.size()) - nextFree;
    long count = Math.min(Math.min(wanted, room), layout.dataChunksFrom(nextFree));
    if (count <= 0) {
      return null;
    }
    ChunkRun run = new ChunkRun(nextFree, count);
    from(run.end());
    return run;
  }

  /** Takes back the newest; of any others the space is lost. */
  void giveBack(ChunkRun run) {
    if (nextFree == layout.skipMetadata(run.end())) {
      nextFree = run.first(); // nothing stands behind it
    }
  }

  /** Chunks that can be taken though others behind them have been. */
  Holes holes() {
    return holes;
  }

  /** The last chunk once {@code wanted} more are taken, where so many have records or will. */
  long lastWith(long records, long wanted) {
    // the area that follows a full one must fit as well, or its commit fails
    long filled = layout.areaOf(records + wanted);
    long beyond = Math.max(0, wanted - holes.chunks());
    return Math.max(layout.lastDataChunk(nextFree, beyond), layout.areaChunk(filled));
  }

  /**
   * That the area does not fit, ENOSPC, that the records up to those of {@code run} lead up to;
   * null if it does.
   *
   * @param records how many there are before what waits in {@code queue}
   */
  @Nullable ErrnoException missingArea(long records, CommitQueue queue, ChunkRun run) {
    if (layout.hasAreaFor(cow.size(), records + queue.records())) {
      return null; // for all that is prepared
    }
    long end = records + queue.recordsBefore(run.first()) + run.count();
    if (layout.hasAreaFor(cow.size(), end)) {
      return null;
    }
    String area = "metadata area " + layout.areaOf(end) + ", which must follow a full one";
    return new ErrnoException(Errno.ENOSPC, "the COW device has no room for " + area);
  }
}
