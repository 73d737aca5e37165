package org.dmsnap.cli.succession;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.dmsnap.block.DescriptorMessage;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.block.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where systemd hears how a service of {@code Type=notify} is, see sd_notify(3); nowhere, if it did
 * not start this process.
 */
public final class ServiceSocket {

  /** The mount answers. */
  public static final String READY = "READY=1";

  /** The service has been asked to stop. */
  public static final String STOPPING = "STOPPING=1";

  private static final int NOTHING = -1;

  private static final String VARIABLE = "NOTIFY_SOCKET";

  // include/linux/socket.h, include/linux/net.h
  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 02000000;

  private final @Nullable String path;

  /**
   * @param path of a socket in the file system or, after {@code @}, in the abstract namespace
   */
  ServiceSocket(@Nullable String path) {
    this.path = path;
  }

  /** The socket that this process was told of, if any. */
  public static ServiceSocket ofThisProcess() {
    return new ServiceSocket(System.getenv(VARIABLE));
  }

  /** Whether somebody listens. */
  boolean isThere() {
    return path != null && !path.isEmpty();
  }

  /** Says {@code state}, such as {@link #READY}. */
  public void say(String state) throws IOException {
    say(state, NOTHING);
  }

  /** Says {@code state} and hands over an open file with it, unless that is {@link #NOTHING}. */
  void say(String state, int descriptor) throws IOException {
    if (path == null || path.isEmpty()) {
      return;
    }
    int socket = LibC.INSTANCE.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      throw LastErrno.failure("make a socket");
    }
    try {
      NativeBuffer to = NativeBuffer.copyOf(address(path));
      if (LibC.INSTANCE.connect(socket, to.address(), to.remaining()) != 0) {
        throw LastErrno.failure("tell systemd " + state + " by " + path);
      }
      send(socket, state.getBytes(UTF_8), descriptor);
    } finally {
      LibC.INSTANCE.close(socket);
    }
  }

  private void send(int socket, byte[] state, int descriptor) throws IOException {
    if (descriptor != NOTHING) {
      DescriptorMessage.send(socket, state, descriptor);
      return;
    }
    NativeBuffer text = NativeBuffer.copyOf(state);
    if (LibC.INSTANCE.write(socket, text.address(), text.remaining()) < 0) {
      throw LastErrno.failure("tell systemd by " + path);
    }
  }

  /** The {@code struct sockaddr_un}: its family, then the path; a leading zero means abstract. */
  private static byte[] address(String path) {
    byte[] name = path.getBytes(UTF_8);
    if (name[0] == '@') {
      name[0] = 0;
    }
    return ByteBuffer.allocate(Short.BYTES + name.length)
        .order(ByteOrder.nativeOrder())
        .putShort(AF_UNIX)
        .put(name)
        .array();
  }
}
