package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;

class UnwantedTest {

  private static final int LOOKUP = 1;
  private static final int GETATTR = 3;
  private static final int OPEN = 14;
  private static final int OPENDIR = 27;

  private static final long NODE = 7;
  private static final long ANSWERED = 0x1122334455667788L;

  private final RequestMemory request = new RequestMemory(0x21000);
  private final Pointer answer = Memory.allocateDirect(Runtime.getSystemRuntime(), 256);

  @Test
  void what_was_opened_is_released() {
    assertThat(takeBack(OPEN, 32)).isEqualTo(64);
    assertThat(now(64)).isEqualTo(request(64, 18, NODE, ANSWERED, 0, 0));
    assertThat(takeBack(OPENDIR, 32)).isEqualTo(64);
    assertThat(now(64)).isEqualTo(request(64, 29, NODE, ANSWERED, 0, 0));
  }

  @Test
  void what_was_found_is_forgotten() {
    assertThat(takeBack(LOOKUP, 144)).isEqualTo(48);
    assertThat(now(48)).isEqualTo(request(48, 2, ANSWERED, 1));
  }

  @Test
  void what_failed_was_not_found_or_leaves_nothing_stays() {
    assertThat(takeBack(OPEN, 16)).isZero();
    assertThat(takeBack(LOOKUP, 16)).isZero();
    assertThat(takeBack(GETATTR, 120)).isZero();
    put(LOOKUP);
    answer.putLong(16, 0);
    assertThat(Unwanted.takeBack(request, answer, 144)).isZero();
  }

  private int takeBack(int opcode, int length) {
    put(opcode);
    answer.putLong(16, ANSWERED);
    return Unwanted.takeBack(request, answer, length);
  }

  private void put(int opcode) {
    byte[] bytes = request(80, opcode, NODE, -1, -1, -1);
    MemoryIO.getInstance().putByteArray(request.address(), bytes, 0, bytes.length);
  }

  private byte[] now(int length) {
    byte[] bytes = new byte[length];
    MemoryIO.getInstance().getByteArray(request.address(), bytes, 0, length);
    return bytes;
  }

  private static byte[] request(int length, int opcode, long node, long... body) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    bytes.putInt(length).putInt(opcode).putLong(1).putLong(node).position(40);
    for (long each : body) {
      bytes.putLong(each);
    }
    return bytes.array();
  }
}
