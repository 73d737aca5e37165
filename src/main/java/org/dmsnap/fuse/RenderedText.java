package org.dmsnap.fuse;

import java.nio.charset.StandardCharsets;

/**
 * What a text file says.
 *
 * @param text its content
 * @param changedNanos since when, in nanoseconds since 1970
 */
record RenderedText(String text, long changedNanos) {

  /** The content as it is read. */
  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
