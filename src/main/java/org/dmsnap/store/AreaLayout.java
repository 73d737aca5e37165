package org.dmsnap.store;

/**
 * Where metadata and data lie on a persistent COW device.
 *
 * <pre>
 *   chunk 0                 header
 *   chunk 1                 metadata area 0: one chunk of 16-byte records
 *   chunks 2 .. E+1         the chunks that area 0 describes, E = records in an area
 *   chunk E+2               metadata area 1
 *   ...
 * </pre>
 *
 * <p>Records are numbered from 0 through all areas. Source: {@code area_location} and {@code
 * skip_metadata} in the kernel's {@code dm-snap-persistent.c}.
 *
 * @param chunkSize the size of a chunk
 */
record AreaLayout(ChunkSize chunkSize) {

  /** Bytes of a record: old chunk and new chunk, little-endian. */
  static final int RECORD_BYTES = 16;

  /** The first chunk that can hold data. */
  static final long FIRST_DATA_CHUNK = 2;

  /** How many records an area holds. */
  int recordsPerArea() {
    return chunkSize.bytes() / RECORD_BYTES;
  }

  /** The area that {@code record} stands in. */
  long areaOf(long record) {
    return record / recordsPerArea();
  }

  /** The chunk that is metadata area {@code area}. */
  long areaChunk(long area) {
    return 1 + area * (recordsPerArea() + 1L);
  }

  /** Whether {@code chunk} is the header or a metadata area. */
  boolean isMetadata(long chunk) {
    return chunk == 0 || Math.floorMod(chunk - 1, recordsPerArea() + 1L) == 0;
  }

  /** {@code chunk}, or the next one if that is metadata. */
  long skipMetadata(long chunk) {
    return isMetadata(chunk) ? chunk + 1 : chunk;
  }

  /** How many chunks from {@code chunk}, which is data, lie before the next metadata area. */
  long dataChunksFrom(long chunk) {
    long stride = recordsPerArea() + 1L;
    return stride - Math.floorMod(chunk - 1, stride);
  }

  /**
   * The last of {@code count} data chunks from {@code chunk}, the metadata between them left out.
   */
  long lastDataChunk(long chunk, long count) {
    long before = dataChunksFrom(chunk);
    long areas = count <= before ? 0 : 1 + (count - before - 1) / recordsPerArea();
    return chunk + count + areas - 1;
  }

  /** Where {@code record} stands on the COW device, in bytes. */
  long positionOf(long record) {
    long area = areaOf(record);
    return chunkSize.positionOf(areaChunk(area))
        + (record - area * recordsPerArea()) * RECORD_BYTES;
  }

  /** Where {@code record} stands, in words. */
  String placeOf(long record) {
    return "metadata area "
        + areaOf(record)
        + ", slot "
        + record % recordsPerArea()
        + " (byte "
        + positionOf(record)
        + ")";
  }

  /** Whether a device of {@code bytes} has all of {@code chunk}. */
  boolean isWithin(long bytes, long chunk) {
    return chunk < chunkSize.chunkOf(bytes);
  }

  /** Whether a device of {@code bytes} has the area that {@code record} goes to. */
  boolean hasAreaFor(long bytes, long record) {
    return isWithin(bytes, areaChunk(areaOf(record)));
  }

  /** The chunk to allocate next where {@code records} are kept and none lies out of order. */
  long chunkAfter(long records) {
    return areaChunk(areaOf(records)) + 1 + records % recordsPerArea();
  }
}
