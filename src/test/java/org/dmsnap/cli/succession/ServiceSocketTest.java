package org.dmsnap.cli.succession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LibC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What systemd would hear, on a socket of the test's. */
class ServiceSocketTest {

  private static final Receiver RECEIVER = LibraryLoader.create(Receiver.class).load("c");
  private static final int NOW = 0x40; // MSG_DONTWAIT

  @TempDir Path place;

  /** The other side of a socket; public for the class that jnr-ffi derives from it. */
  public interface Receiver {

    /** See bind(2). */
    int bind(int socket, @In byte[] address, int length);

    /** See recv(2). */
    long recv(int socket, @Out byte[] buffer, long length, int flags);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@"})
  void a_state_arrives_as_one_datagram(String namespace) throws Exception {
    String path = namespace + place.resolve("notify");
    int socket = LibC.INSTANCE.socket(1, 2, 0);
    byte[] name = path.replace('@', '\0').getBytes(StandardCharsets.UTF_8);
    byte[] address =
        ByteBuffer.allocate(2 + name.length)
            .order(ByteOrder.nativeOrder())
            .putShort((short) 1)
            .put(name)
            .array();
    assertThat(RECEIVER.bind(socket, address, address.length)).isZero();

    new ServiceSocket(path).say(ServiceSocket.READY);

    byte[] heard = new byte[64];
    long length = RECEIVER.recv(socket, heard, heard.length, NOW);
    LibC.INSTANCE.close(socket);
    assertThat(new String(heard, 0, (int) length, StandardCharsets.UTF_8)).isEqualTo("READY=1");
  }

  @Test
  void nothing_is_said_where_nobody_asked() throws Exception {
    new ServiceSocket(null).say(ServiceSocket.READY);
    new ServiceSocket("").say(ServiceSocket.READY);
  }

  @Test
  void a_socket_that_is_not_there_is_a_failure_in_words() {
    ServiceSocket socket = new ServiceSocket(place + "/none");

    assertThatThrownBy(() -> socket.say(ServiceSocket.READY))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("tell systemd READY=1 by " + place + "/none");
  }
}
