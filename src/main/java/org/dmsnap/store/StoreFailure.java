package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * The first failure of a store that no repetition mends, after which it works no more until it is
 * opened again: a sync that failed, above all, since the next would succeed and mean nothing.
 */
final class StoreFailure {

  private final Legacy legacy;
  private volatile @Nullable IOException first;

  /** None yet, unless a predecessor left one. */
  StoreFailure(Legacy legacy) throws ErrnoException {
    this.legacy = legacy;
    this.first = legacy.failure();
  }

  /** Remembers {@code cause} unless there was one before. */
  synchronized void set(IOException cause) {
    if (first == null) {
      first = cause;
      legacy.failed(cause);
    }
  }

  /**
   * Syncs {@code cow}, if there was no failure before. One is remembered, and is EIO even if it
   * says that there is no space: what the system could not write is lost.
   */
  void sync(BlockDevice cow) throws ErrnoException {
    check();
    try {
      cow.sync();
    } catch (IOException e) {
      ErrnoException lost = new ErrnoException(Errno.EIO, String.valueOf(e.getMessage()), e);
      set(lost);
      throw lost;
    }
  }

  /** Throws, with the errno of the first failure, if there was one. */
  void check() throws ErrnoException {
    IOException cause = first;
    if (cause != null) {
      throw new ErrnoException(
          ErrnoException.errnoOf(cause),
          "the COW device failed before, until the pool is mounted again: " + cause.getMessage(),
          cause);
    }
  }
}
