package org.dmsnap.fuse;

import jnr.ffi.Pointer;

/**
 * Takes back what was done for a request whose answer nobody wants any more: whoever asked was let
 * go meanwhile, and the kernel, which knows of no success, will never close or forget what it got.
 *
 * <p>libfuse would do that by itself if it saw that its answer is refused; it is told by the
 * request that the kernel would send.
 *
 * <pre>
 *     answer   entry 16  8  node      open 16  8  fh
 *     request  forget 40 8  lookups   release 40  8  fh, 48 16 flags, owner
 * </pre>
 */
final class Unwanted {

  private static final int LOOKUP = 1;
  private static final int FORGET = 2;
  private static final int OPEN = 14;
  private static final int RELEASE = 18;
  private static final int OPENDIR = 27;
  private static final int RELEASEDIR = 29;

  private static final int ANSWERED = 16;
  private static final int FORGET_BYTES = 48;
  private static final int RELEASE_BYTES = 64;

  private Unwanted() {}

  /**
   * Makes of {@code request}, which was answered with {@code answer}, the one that takes it back.
   *
   * @param length of the answer
   * @return its bytes; 0 if there is nothing to take back
   */
  static int takeBack(RequestMemory request, Pointer answer, int length) {
    if (length <= Answer.HEADER_BYTES) {
      return 0; // it failed
    }
    return switch (request.opcode()) {
      case LOOKUP -> forget(request, answer.getLong(ANSWERED));
      case OPEN -> release(request, RELEASE, answer.getLong(ANSWERED));
      case OPENDIR -> release(request, RELEASEDIR, answer.getLong(ANSWERED));
      default -> 0;
    };
  }

  private static int forget(RequestMemory request, long node) {
    if (node == 0) {
      return 0; // there is no such name
    }
    request.becomes(FORGET, FORGET_BYTES, node);
    request.putBody(0, 1);
    return FORGET_BYTES;
  }

  private static int release(RequestMemory request, int opcode, long handle) {
    request.becomes(opcode, RELEASE_BYTES, request.node());
    request.putBody(0, handle);
    request.putBody(1, 0);
    request.putBody(2, 0);
    return RELEASE_BYTES;
  }
}
