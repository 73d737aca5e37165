package org.dmsnap.stream;

/**
 * What stands at the head of a stream.
 *
 * @param from the name of what it is a difference from, or an empty text if it holds a whole volume
 * @param to the name of what it makes, or an empty text
 * @param bytes the size
 */
public record DiffHeader(String from, String to, long bytes) {

  /** Whether it is a difference rather than a whole volume. */
  public boolean increment() {
    return !from.isEmpty();
  }
}
