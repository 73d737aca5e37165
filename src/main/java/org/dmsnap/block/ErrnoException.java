package org.dmsnap.block;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A failure that has an errno and says in words what was tried, and where. */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1;

  private final Errno errno;

  /**
   * @param errno what a system call answers for it
   * @param message what happened, to what and why, for a person
   */
  public ErrnoException(Errno errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** As above, with the failure that led to it. */
  public ErrnoException(Errno errno, String message, Throwable cause) {
    super(message, cause);
    this.errno = errno;
  }

  /**
   * {@code failure} in the same words, and {@code where} before them; words that make no sense, an
   * {@link IllegalArgumentException}, are EINVAL.
   */
  public static ErrnoException in(String where, Exception failure) {
    Errno errno = failure instanceof IllegalArgumentException ? Errno.EINVAL : errnoOf(failure);
    return new ErrnoException(errno, where + ": " + failure.getMessage(), failure);
  }

  /** What a system call answers for this failure. */
  public Errno errno() {
    return errno;
  }

  /**
   * Whether a failure says that the backing file system has no space, or the owner's quota none.
   */
  public static boolean saysFull(Throwable failure) {
    Errno errno = errnoOf(failure);
    return errno == Errno.ENOSPC || errno == Errno.EDQUOT;
  }

  /** The errno of any failure: its own if it has one, else EIO. */
  public static Errno errnoOf(Throwable failure) {
    return failure instanceof ErrnoException known ? known.errno : Errno.EIO;
  }
}
