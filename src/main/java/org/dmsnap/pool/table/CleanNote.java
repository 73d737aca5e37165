package org.dmsnap.pool.table;

/**
 * What a clean stop notes of an origin's image, to notice at the next mount that it was changed.
 *
 * @param bytes its size
 * @param modifiedSeconds its mtime, in whole seconds
 */
public record CleanNote(long bytes, long modifiedSeconds) {

  /** As it stands in the table, behind the origin's name. */
  @Override
  public String toString() {
    return "size=" + bytes + " mtime=" + modifiedSeconds;
  }
}
