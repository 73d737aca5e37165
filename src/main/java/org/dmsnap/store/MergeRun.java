package org.dmsnap.store;

/**
 * Exceptions to be merged that lie next to each other on both devices.
 *
 * @param oldFirst the origin chunk of the first
 * @param run where they are on the COW device
 */
public record MergeRun(long oldFirst, ChunkRun run) {

  /** The origin chunk behind that of the last. */
  public long oldEnd() {
    return oldFirst + run.count();
  }
}
