package org.dmsnap.store;

/**
 * What a record of a COW device may say. Stricter than the kernel, which takes any and fails later.
 *
 * @param layout of the COW device
 * @param cowChunks whole chunks that it has
 * @param originChunks chunks that the origin has, the last one perhaps partial
 */
record RecordRules(AreaLayout layout, long cowChunks, long originChunks) {

  /** Rules for a device of {@code cowBytes} with exceptions of an origin of {@code originBytes}. */
  static RecordRules of(AreaLayout layout, long cowBytes, long originBytes) {
    ChunkSize chunk = layout.chunkSize();
    return new RecordRules(layout, chunk.chunkOf(cowBytes), chunk.chunksIn(originBytes));
  }

  /** Whether {@link #objection} has none. */
  boolean allow(long oldChunk, long newChunk) {
    return newChunk >= 0
        && newChunk < cowChunks
        && !layout.isMetadata(newChunk)
        && oldChunk >= 0
        && oldChunk < originChunks;
  }

  /** Where {@code record} stands, what it says and why it may not, in words. */
  String objection(long record, long oldChunk, long newChunk) {
    return layout.placeOf(record) + " " + words(oldChunk, newChunk) + ' ' + why(oldChunk, newChunk);
  }

  /** What a record says. */
  static String words(long oldChunk, long newChunk) {
    return "(origin chunk "
        + Long.toUnsignedString(oldChunk)
        + " at COW chunk "
        + Long.toUnsignedString(newChunk)
        + ")";
  }

  private String why(long oldChunk, long newChunk) {
    if (newChunk < 0 || newChunk >= cowChunks) {
      return "lies beyond the COW device of " + cowChunks + " chunks";
    }
    if (layout.isMetadata(newChunk)) {
      return "is metadata, on a COW device of " + cowChunks + " chunks";
    }
    return oldChunk < 0 || oldChunk >= originChunks
        ? "is for a chunk beyond the origin of " + originChunks + " chunks"
        : "is in order";
  }
}
