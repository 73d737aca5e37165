package org.dmsnap.fuse;

import org.dmsnap.kernel.FileName;

/**
 * What a text file says.
 *
 * @param text its content
 * @param changedNanos since when, in nanoseconds since 1970
 */
record RenderedText(String text, long changedNanos) {

  /** The content as it is read. */
  byte[] bytes() {
    return FileName.bytes(text);
  }
}
