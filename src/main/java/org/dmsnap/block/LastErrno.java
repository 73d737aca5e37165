package org.dmsnap.block;

import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.Runtime;

/** Why this thread's last call of {@link LibC} failed. */
public final class LastErrno {

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private LastErrno() {}

  /** The errno of this thread's last call. */
  public static Errno get() {
    Errno errno = Errno.valueOf(LastError.getLastError(RUNTIME));
    return errno == Errno.ENOTSUP ? Errno.EOPNOTSUPP : errno; // two names of one number
  }

  /** The failure of this thread's last call, told as {@code what} and the system's words for it. */
  public static ErrnoException failure(String what) {
    Errno errno = get();
    return new ErrnoException(errno, what + ": " + errno.description());
  }
}
