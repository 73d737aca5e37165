package org.dmsnap.store;

/**
 * Chunks of a COW device that lie next to each other.
 *
 * @param first the chunk it starts with
 * @param count how many chunks, at least 1
 */
public record ChunkRun(long first, long count) {

  /** The chunk behind the last. */
  public long end() {
    return first + count;
  }
}
