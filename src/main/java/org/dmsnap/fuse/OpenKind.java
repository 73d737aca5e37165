package org.dmsnap.fuse;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/** What an open file is, and the number for that in memory that outlives the server. */
enum OpenKind {
  DEVICE(1),
  TEXT(2),
  CONTROL(3),
  DIRECTORY(4),
  /** What it was is gone. */
  DEAD(5);

  private final int code;

  OpenKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The one of that number; EINVAL if there is none. */
  static OpenKind of(long code) throws ErrnoException {
    for (OpenKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new ErrnoException(Errno.EINVAL, "an open file of an unknown kind, " + code);
  }
}
