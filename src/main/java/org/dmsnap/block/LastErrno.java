package org.dmsnap.block;

import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.Runtime;
import org.dmsnap.kernel.DescriptorLimit;

/** Why this thread's last call of {@link LibC} failed. */
public final class LastErrno {

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private LastErrno() {}

  /** The errno of this thread's last call. */
  public static Errno get() {
    return named(number());
  }

  /** The name of {@code number}. */
  public static Errno named(int number) {
    Errno errno = Errno.valueOf(number);
    return errno == Errno.ENOTSUP ? Errno.EOPNOTSUPP : errno; // two names of one number
  }

  /** The number of that, which need not have a name here; loads no class for it. */
  public static int number() {
    return LastError.getLastError(RUNTIME);
  }

  /** The failure of this thread's last call, told as {@code what} and the system's words for it. */
  public static ErrnoException failure(String what) {
    return failure(what, get());
  }

  /** The failure {@code errno} of {@code what}; what to do about it where no file is at fault. */
  static ErrnoException failure(String what, Errno errno) {
    String advice =
        switch (errno) {
          case EMFILE -> "; " + DescriptorLimit.words();
          case ENFILE -> "; the whole system has no more open files: raise fs.file-max";
          default -> "";
        };
    return new ErrnoException(errno, what + ": " + errno.description() + advice);
  }
}
