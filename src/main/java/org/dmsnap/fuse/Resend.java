package org.dmsnap.fuse;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.LibC;

/**
 * Has the kernel send all requests again that have been received and not answered ({@code
 * FUSE_NOTIFY_RESEND}, Linux 6.9): a header as of an {@link Answer}, whose error is the kind of
 * notice.
 */
final class Resend {

  private static final int RESEND = 7;
  private static final int KIND = 4;

  private Resend() {}

  /**
   * Asks for it.
   *
   * @param device the descriptor of {@code /dev/fuse}
   * @return whether this kernel does it
   */
  static boolean ask(int device) {
    Pointer notice = Memory.allocateDirect(Runtime.getSystemRuntime(), Answer.HEADER_BYTES, true);
    notice.putInt(Answer.LENGTH, Answer.HEADER_BYTES);
    notice.putInt(KIND, RESEND);
    return LibC.INSTANCE.write(device, notice.address(), Answer.HEADER_BYTES) >= 0;
  }
}
