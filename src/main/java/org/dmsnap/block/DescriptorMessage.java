package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;

/**
 * A message over a socket that carries an open file along, see unix(7): a {@code struct msghdr}, a
 * {@code struct iovec}, and a {@code struct cmsghdr} with one descriptor (64-bit).
 *
 * <pre>
 *     msghdr   0  name, its length     iovec  56  address      cmsghdr  72  length, 20
 *             16  iovec                       64  length                80  level, 84 type
 *             24  how many: 1                                           88  the descriptor
 *             32  cmsghdr
 *             40  its length, 24
 * </pre>
 */
public final class DescriptorMessage {

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  private static final int BYTES = 96;
  private static final int VECTOR = 56;
  private static final int RIGHTS = 72;
  private static final int RIGHTS_LENGTH = 20;
  private static final int RIGHTS_SPACE = 24;
  private static final int SOCKET_LEVEL = 1; // SOL_SOCKET
  private static final int SCM_RIGHTS = 1;

  private DescriptorMessage() {}

  /** Sends {@code text} and an open file over a connected socket. */
  public static void send(int socket, byte[] text, int descriptor) throws IOException {
    NativeBuffer words = NativeBuffer.copyOf(text);
    long message = MEMORY.allocateMemory(BYTES, true);
    try {
      MEMORY.putLong(message + 16, message + VECTOR);
      MEMORY.putLong(message + 24, 1);
      MEMORY.putLong(message + 32, message + RIGHTS);
      MEMORY.putLong(message + 40, RIGHTS_SPACE);
      MEMORY.putLong(message + VECTOR, words.address());
      MEMORY.putLong(message + VECTOR + 8, words.remaining());
      MEMORY.putLong(message + RIGHTS, RIGHTS_LENGTH);
      MEMORY.putInt(message + RIGHTS + 8, SOCKET_LEVEL);
      MEMORY.putInt(message + RIGHTS + 12, SCM_RIGHTS);
      MEMORY.putInt(message + RIGHTS + 16, descriptor);
      if (LibC.INSTANCE.sendmsg(socket, message, 0) < 0) {
        throw LastErrno.failure("send an open file");
      }
    } finally {
      MEMORY.freeMemory(message);
    }
  }
}
