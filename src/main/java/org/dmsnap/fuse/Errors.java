package org.dmsnap.fuse;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where a failure becomes an errno. Nothing may escape a callback: libffi would
 * answer 0 for it, which readers take for the end of the file and writers for reason to try again.
 */
final class Errors {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  private Errors() {}

  /** The negative errno to answer; a failure without errno of its own is logged, and EIO. */
  static int toErrno(String operation, Throwable failure) {
    if (failure instanceof ErrnoException known) {
      return -known.errno().intValue();
    }
    LOG.error("{} failed", operation, failure);
    return -(failure instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO).intValue();
  }
}
