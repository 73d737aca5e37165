package org.dmsnap.pool.change;

import java.io.IOException;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.stream.Trailer;

/** What a stream makes, in a file that no table lists yet. One thread at a time. */
sealed interface Arrival permits ArrivingOrigin, ArrivingSnapshot {

  /** The file's name once it is listed. */
  String file();

  /** Its device. */
  DatedDevice device();

  /** {@code length} bytes of {@code bytes}, which are to be at {@code position} of the volume. */
  void data(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Zeroes. */
  void zeroes(long position, long length) throws IOException;

  /** All has come: finds out what it belongs to; under the command lock. */
  void find(Trailer trailer) throws IOException;

  /** Completes the file and makes it durable. */
  void complete() throws IOException;

  /** Shows it; under the command lock. */
  void list(Trailer trailer) throws IOException;

  /** Whether it is shown, and its file in use. */
  boolean shown();

  /** Gives back what it took to remember the stream. */
  void close() throws IOException;
}
