package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;

/** Requests as kernels put them. */
class NegotiationTest {

  private static final int INIT = 26;

  private static final int ASYNC_READ = 1;
  private static final int EXPORT_SUPPORT = 1 << 4;
  private static final int BIG_WRITES = 1 << 5;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int MAX_PAGES = 1 << 22;
  private static final int INIT_EXT = 1 << 30;
  private static final int ALLOW_MMAP = 1 << 4;
  private static final int OTHERS = 1 << 20 | 1 << 13 | 1 << 3;

  private final Negotiation agreed = new Negotiation();
  private final RequestMemory request = new RequestMemory(0x21000);
  private final Pointer answer = Memory.allocateDirect(Runtime.getSystemRuntime(), 128);

  @Test
  void of_what_a_kernel_offers_what_is_used_is_taken() {
    int known = ASYNC_READ | EXPORT_SUPPORT | BIG_WRITES | ASYNC_DIO | INIT_EXT;

    assertThat(init(7, 45, known | OTHERS, ALLOW_MMAP | 1 << 5)).isTrue();

    assertThat(answer.getInt(0)).as("major").isEqualTo(7);
    assertThat(answer.getInt(4)).as("minor").isEqualTo(19);
    assertThat(answer.getInt(8)).as("max_readahead").isEqualTo(0x20000);
    assertThat(answer.getInt(12)).as("flags").isEqualTo(known);
    assertThat(answer.getInt(16)).as("background").isEqualTo(49151 << 16 | 65535);
    assertThat(answer.getInt(20)).as("max_write").isEqualTo(128 << 10);
    assertThat(answer.getInt(32)).as("flags2").isEqualTo(ALLOW_MMAP);
    for (int unused : new int[] {24, 28, 36, 40, 60}) {
      assertThat(answer.getInt(unused)).isZero();
    }
    assertThat(agreed.parallel()).isTrue();
  }

  @Test
  void requests_are_of_1_mib_where_a_kernel_has_such() {
    init(7, 31, ASYNC_READ | MAX_PAGES, 0);

    assertThat(answer.getInt(12)).isEqualTo(ASYNC_READ | MAX_PAGES);
    assertThat(answer.getInt(20)).as("max_write").isEqualTo(1 << 20);
    assertThat(answer.getShort(28)).as("max_pages").isEqualTo((short) 256);
  }

  @Test
  void what_an_old_kernel_does_not_offer_is_not_taken() {
    init(7, 26, ASYNC_READ | OTHERS, ALLOW_MMAP); // without flags2 there is something else

    assertThat(answer.getInt(12)).isEqualTo(ASYNC_READ);
    assertThat(answer.getInt(32)).isZero();
    assertThat(agreed.parallel()).isFalse();
  }

  @Test
  void a_kernel_of_another_protocol_is_refused() {
    assertThat(init(8, 0, ASYNC_READ, 0)).isFalse();
    assertThat(init(7, 8, ASYNC_READ, 0)).isFalse();
  }

  private boolean init(int major, int minor, int offered, int offered2) {
    ByteBuffer bytes = ByteBuffer.allocate(80).order(ByteOrder.nativeOrder());
    bytes.putInt(80).putInt(INIT).putLong(1).position(40);
    bytes.putInt(major).putInt(minor).putInt(0x20000).putInt(offered).putInt(offered2);
    MemoryIO.getInstance().putByteArray(request.address(), bytes.array(), 0, 80);
    answer.setMemory(0, 128, (byte) 0x55);
    return agreed.answer(request, answer);
  }
}
