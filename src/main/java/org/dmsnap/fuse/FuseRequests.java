package org.dmsnap.fuse;

import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.NativeType;
import jnr.ffi.Pointer;

/**
 * The requests that the kernel sends for a mount. What moves data is answered here ({@link
 * DataRequests}), everything else by libfuse, which calls back.
 *
 * <p>A loop of libfuse's own would do the same with two differences: it never says when it holds no
 * request, so that no thread could leave; and it would call back for reads and writes too, and the
 * way from native code into Java costs several times that of the way out.
 */
final class FuseRequests implements Requests {

  private static final int NO_LONGER_WANTED = 1;
  private static final int INTERRUPTED = -Errno.EINTR.intValue();

  private final LibFuse libFuse;
  private final HandleTable handles;
  private final Interrupts interrupts = new Interrupts();
  private final Pointer session;
  private final Pointer channel;
  private final GivenUp givenUp;

  /**
   * @param fuse as got from {@link LibFuse#fuse_setup}
   */
  FuseRequests(LibFuse libFuse, Pointer fuse, HandleTable handles) {
    this.libFuse = libFuse;
    this.handles = handles;
    session = libFuse.fuse_get_session(fuse);
    channel = libFuse.fuse_session_next_chan(session, null);
    givenUp = new GivenUp(libFuse.fuse_chan_fd(channel));
  }

  @Override
  public int serveWhile(BooleanSupplier wanted) {
    RequestMemory memory = new RequestMemory((int) libFuse.fuse_chan_bufsize(channel));
    Answer answer = new Answer(libFuse.fuse_chan_fd(channel), memory.answer());
    DataRequests data = new DataRequests(handles, interrupts, givenUp, memory, answer);
    Pointer from = Memory.allocateDirect(session.getRuntime(), NativeType.ADDRESS);
    Interrupts.Serving serving = interrupts.enter();
    try {
      while (wanted.getAsBoolean()) {
        int received = serveOne(memory, data, from, serving);
        if (received <= 0 && received != INTERRUPTED) {
          return received;
        }
      }
      return NO_LONGER_WANTED;
    } finally {
      interrupts.leave(serving);
    }
  }

  /** Answers what {@link LibFuse#fuse_chan_recv} does. */
  private int serveOne(
      RequestMemory memory, DataRequests data, Pointer from, Interrupts.Serving serving) {
    from.putPointer(0, channel);
    int received = libFuse.fuse_chan_recv(from.address(), memory.address(), memory.capacity());
    if (received > 0 && !data.serve(received)) {
      long unique = memory.unique();
      serving.begin(unique);
      givenUp.begins(unique);
      libFuse.fuse_session_process(session, memory.address(), received, from.getPointer(0));
      givenUp.ended(unique);
    }
    return received;
  }
}
