package org.dmsnap.block;

import java.util.Set;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * What ties this process to the file system of its files: torn once, it is torn for good.
 *
 * <p>A network file system that has given up this machine may have let another take over; if it
 * came back, what this process still had to write would go over what that has written. So nothing
 * is read or written from then on. Any number of threads.
 */
final class Tether {

  // include/uapi/asm-generic/errno.h: ENODEV, EBADFD, ECONNABORTED, ENOTCONN, ESHUTDOWN,
  // EHOSTDOWN, ESTALE
  private static final Set<Integer> GONE = Set.of(19, 77, 103, 107, 108, 112, 116);

  private volatile @Nullable String torn; // why
  private @Nullable Consumer<String> told; // guarded by this; until it has been

  /**
   * Returns while it holds.
   *
   * @throws ErrnoException EIO once it is torn
   */
  void check() throws ErrnoException {
    String why = torn;
    if (why != null) {
      throw failure(why, null);
    }
  }

  /** The failure of this thread's last call, as {@link LastErrno#failure}; it may tear it. */
  ErrnoException failure(String what) {
    ErrnoException failure = LastErrno.failure(what);
    if (!GONE.contains(LastErrno.number())) {
      return failure;
    }
    return tear("the file system of the pool is gone (" + failure.getMessage() + ")", failure);
  }

  /** Tears it, for the reason {@code why} unless it is torn already. */
  ErrnoException tear(String why, @Nullable ErrnoException cause) {
    Consumer<String> listener;
    synchronized (this) {
      if (torn == null) {
        torn = why;
      }
      listener = told;
      told = null;
    }
    ErrnoException failure = failure(String.valueOf(torn), cause);
    if (listener != null) {
      listener.accept(String.valueOf(failure.getMessage()));
    }
    return failure;
  }

  private static ErrnoException failure(String why, @Nullable ErrnoException cause) {
    String words =
        why
            + ": nothing of it is read or written any more, even if it comes back; unmount the"
            + " pool, see that it is mounted nowhere else, and mount it again";
    return cause == null
        ? new ErrnoException(Errno.EIO, words)
        : new ErrnoException(Errno.EIO, words, cause);
  }

  /** Has {@code listener} told in words, once, on whatever thread notices. */
  synchronized void whenTorn(Consumer<String> listener) {
    told = listener;
  }
}
