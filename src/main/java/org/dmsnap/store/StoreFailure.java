package org.dmsnap.store;

import java.io.IOException;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;

/** The first failure of a store, after which it works no more. */
final class StoreFailure {

  private volatile @Nullable IOException first;

  /** Remembers {@code cause} unless there was one before. */
  synchronized void set(IOException cause) {
    if (first == null) {
      first = cause;
    }
  }

  /** Throws, with the errno of the first failure, if there was one. */
  void check() throws ErrnoException {
    IOException cause = first;
    if (cause != null) {
      throw new ErrnoException(
          ErrnoException.errnoOf(cause), "the COW device failed: " + cause.getMessage(), cause);
    }
  }
}
