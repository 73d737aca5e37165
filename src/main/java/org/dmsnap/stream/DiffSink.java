package org.dmsnap.stream;

import java.io.IOException;

/**
 * Takes what a stream says, in its order: the header, then ranges that ascend and do not overlap,
 * each within the size and not empty.
 */
public interface DiffSink {

  /** The head of the stream. */
  void header(DiffHeader header) throws IOException;

  /**
   * {@code length} bytes from {@code offset} in {@code bytes}, which are to be at {@code position}.
   */
  void data(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Zeroes. */
  void zeroes(long position, long length) throws IOException;
}
