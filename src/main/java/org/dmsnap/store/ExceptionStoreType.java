package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** A kind of exception store, by the code that a table line gives it. */
public sealed interface ExceptionStoreType permits PersistentStoreType, TransientStoreType {

  /** Every type this build knows; add one here. */
  List<ExceptionStoreType> ALL =
      List.of(
          new PersistentStoreType(false), new PersistentStoreType(true), new TransientStoreType());

  /** The code in the table line: {@code P} persistent, {@code PO} with overflow, {@code N} not. */
  String code();

  /** Whether its stores outlive the process. */
  boolean persistent();

  /** Whether a snapshot's own write that finds no space leaves it readable (Overflow). */
  boolean overflow();

  /**
   * Opens the store on {@code cow}: initialises a fresh one (its first 4 bytes are zero), else
   * reads the header; {@code loader} gets every exception, oldest first, unless the store is
   * invalid.
   *
   * @param cow what was left of it is handed to {@code loader}, too
   * @param chunkSectors as in the table line; 0 means the header's, or the default of 32
   * @param originBytes what the origin holds; a record beyond it is refused
   * @throws org.dmsnap.block.ErrnoException ENXIO, EINVAL or EIO, with the reason in words
   */
  ExceptionStore open(CowFile cow, int chunkSectors, long originBytes, ExceptionStore.Loader loader)
      throws IOException;

  /**
   * The type that {@code word} of a table line names, as the kernel reads it: of the first letter,
   * in either case, and for a persistent one of the second.
   *
   * @throws IllegalArgumentException if it names none
   */
  static ExceptionStoreType of(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    if (upper.startsWith("N")) {
      return new TransientStoreType();
    }
    if (!upper.startsWith("P")) {
      throw new IllegalArgumentException(
          "exception store type is not P, PO or N: \"" + word + "\"");
    }
    if (upper.length() > 1 && upper.charAt(1) != 'O') {
      throw new IllegalArgumentException(
          "unsupported persistent store option: \"" + word.substring(1) + "\"");
    }
    return new PersistentStoreType(upper.length() > 1);
  }
}
