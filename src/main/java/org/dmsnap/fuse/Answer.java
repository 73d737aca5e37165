package org.dmsnap.fuse;

import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to a request, as {@code include/uapi/linux/fuse.h} lays it out: 4 bytes for its
 * length, 4 for the error, negative, 8 for the number of the request, and what was asked for.
 *
 * <p>One write(2) sends all of it; from then on the request is the kernel's no more.
 */
final class Answer {

  /** How many bytes come before what was asked for. */
  static final int HEADER_BYTES = 16;

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  /** Where its length is. */
  static final int LENGTH = 0;

  private static final int ERROR = 4;
  private static final int UNIQUE = 8;

  private final int device;
  private final Pointer memory;

  /**
   * One for many requests, one after the other.
   *
   * @param device the descriptor of {@code /dev/fuse}
   * @param memory where it is put together; what was asked for follows {@link #HEADER_BYTES}
   */
  Answer(int device, Pointer memory) {
    this.device = device;
    this.memory = memory;
  }

  /** One that nothing follows, in memory of its own. */
  static Answer alone(int device) {
    return new Answer(device, Memory.allocateDirect(Runtime.getSystemRuntime(), HEADER_BYTES));
  }

  /**
   * Sends it to whoever waits for the request {@code unique}; whether the kernel took it.
   *
   * @param error an errno, negative, or 0
   * @param following how many bytes of what was asked for
   */
  boolean send(long unique, int error, int following) {
    int length = HEADER_BYTES + following;
    memory.putInt(LENGTH, length);
    memory.putInt(ERROR, error);
    memory.putLong(UNIQUE, unique);
    boolean sent = LibC.INSTANCE.write(device, memory.address(), length) >= 0;
    if (!sent) {
      Errno errno = LastErrno.get();
      if (errno != Errno.ENOENT && errno != Errno.ENODEV) { // given up, or unmounted by force
        LOG.error("a request could not be answered: {}", errno.description());
      }
    }
    return sent;
  }
}
