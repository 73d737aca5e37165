package org.dmsnap.engine;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Exceptions for snapshots that are to read through less: of what they read the same without. */
public sealed interface Unstacking permits HandDown, Flatten {

  /** Whether there is room for all of it, after growing where that helps. */
  boolean makeRoom() throws IOException;

  /**
   * Copies what there is by now, entering the gate for each piece; {@link #copyRest} or another
   * call finds what comes meanwhile.
   *
   * @param stopping asked before each piece
   * @throws IOException ENOSPC if there is no room; what was copied stays
   */
  void copy(BooleanSupplier stopping) throws IOException;

  /** Copies what has come since; the gate is held. It is durable once all are flushed. */
  void copyRest() throws IOException;
}
