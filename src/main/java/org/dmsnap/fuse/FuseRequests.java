package org.dmsnap.fuse;

import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.NativeType;
import jnr.ffi.Pointer;

/**
 * The requests that libfuse receives for a mount.
 *
 * <p>Its own loop is the cheapest, and ends with the mount alone: it never says when it holds no
 * request. Who wants to leave earlier does by itself what that loop does, two calls a request.
 */
final class FuseRequests implements Requests {

  private static final int NO_LONGER_WANTED = 1;

  private final LibFuse libFuse;
  private final Pointer fuse;

  /**
   * @param fuse as got from {@link LibFuse#fuse_setup}
   */
  FuseRequests(LibFuse libFuse, Pointer fuse) {
    this.libFuse = libFuse;
    this.fuse = fuse;
  }

  @Override
  public int serve() {
    return libFuse.fuse_loop(fuse);
  }

  @Override
  public int serveWhile(BooleanSupplier wanted) {
    Pointer session = libFuse.fuse_get_session(fuse);
    Pointer channel = libFuse.fuse_session_next_chan(session, null);
    long capacity = libFuse.fuse_chan_bufsize(channel);
    Pointer buffer = Memory.allocateDirect(fuse.getRuntime(), capacity);
    Pointer from = Memory.allocateDirect(fuse.getRuntime(), NativeType.ADDRESS);
    while (wanted.getAsBoolean()) {
      from.putPointer(0, channel);
      int length = libFuse.fuse_chan_recv(from, buffer, capacity);
      if (length > 0) {
        libFuse.fuse_session_process(session, buffer, length, from.getPointer(0));
      } else if (length != -Errno.EINTR.intValue()) {
        return length;
      }
    }
    return NO_LONGER_WANTED;
  }
}
