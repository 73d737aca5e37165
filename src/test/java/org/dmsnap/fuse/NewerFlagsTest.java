package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.struct.FileStat;

/** Requests as kernels put them, and answers as libfuse 2.9 does. */
class NewerFlagsTest {

  private static final int OPEN = 14;
  private static final int INIT = 26;

  private static final int ASYNC_READ = 1;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int MAX_PAGES = 1 << 22;
  private static final int INIT_EXT = 1 << 30;
  private static final int ALLOW_MMAP = 1 << 4;
  private static final int OTHERS = 1 << 20 | 1 << 13;

  private static final int O_DIRECT =
      "aarch64".equals(System.getProperty("os.arch")) ? 0200000 : 040000;
  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;
  private static final int PARALLEL = 1 << 6;

  private final HandleTable handles = new HandleTable();
  private final NewerFlags flags = new NewerFlags(handles);
  private final RequestMemory request = new RequestMemory(0x21000);
  private final Pointer answer = Memory.allocateDirect(Runtime.getSystemRuntime(), 128);

  @Test
  void of_what_a_kernel_offers_asynchronous_direct_io_and_mapping_are_taken() throws Exception {
    int length = init(ASYNC_READ | ASYNC_DIO | INIT_EXT | OTHERS, ALLOW_MMAP | 1 << 5);

    assertThat(length).isEqualTo(80);
    assertThat(answer.getInt(0)).isEqualTo(80);
    assertThat(answer.getInt(28)).isEqualTo(ASYNC_READ | ASYNC_DIO | INIT_EXT);
    assertThat(answer.getInt(48)).isEqualTo(ALLOW_MMAP);
    assertThat(answer.getInt(20)).as("minor").isEqualTo(19);
    assertThat(answer.getInt(36)).as("max_write").isEqualTo(128 << 10);
    for (int unused : new int[] {40, 44, 52, 56, 76}) {
      assertThat(answer.getInt(unused)).isZero();
    }
  }

  @Test
  void requests_are_of_1_mib_where_a_kernel_has_such() throws Exception {
    init(ASYNC_READ | MAX_PAGES, 0);

    assertThat(answer.getInt(28)).isEqualTo(ASYNC_READ | MAX_PAGES);
    assertThat(answer.getInt(36)).as("max_write").isEqualTo(1 << 20);
    assertThat(answer.getShort(44)).as("max_pages").isEqualTo((short) 256);
  }

  @Test
  void what_an_old_kernel_does_not_offer_is_not_taken() throws Exception {
    init(ASYNC_READ | OTHERS, ALLOW_MMAP); // without flags2 there is something else

    assertThat(answer.getInt(28)).isEqualTo(ASYNC_READ);
    assertThat(answer.getInt(48)).isZero();
  }

  @Test
  void an_answer_that_refuses_stays_as_it_is() throws Exception {
    put(INIT, ASYNC_DIO, 0);
    answer.putInt(0, 16);

    assertThat(flags.addTo(answer, 16, request)).isEqualTo(16);
    assertThat(answer.getInt(0)).isEqualTo(16);
  }

  @Test
  void direct_writes_to_a_volume_are_parallel_if_what_is_open_can_be_mapped() throws Exception {
    init(ASYNC_DIO | INIT_EXT, ALLOW_MMAP);

    assertThat(open(O_DIRECT | 2, KEEP_CACHE)).isEqualTo(KEEP_CACHE | DIRECT_IO | PARALLEL);
    assertThat(open(2, KEEP_CACHE)).isEqualTo(KEEP_CACHE);
    assertThat(open(O_DIRECT, DIRECT_IO)).as("no volume").isEqualTo(DIRECT_IO);
  }

  @Test
  void direct_writes_are_not_parallel_where_what_is_open_could_not_be_mapped() throws Exception {
    init(ASYNC_DIO | INIT_EXT, 0);

    assertThat(open(O_DIRECT | 2, 0)).isZero();
  }

  @Test
  void an_open_while_writes_are_held_is_past_the_page_cache() throws Exception {
    init(ASYNC_DIO | INIT_EXT, ALLOW_MMAP);
    Held held = new Held();
    int number = handles.add(held);

    assertThat(open(number, 0, 0)).isEqualTo(DIRECT_IO);
    held.writesHeld = false;
    assertThat(open(number, 0, 0)).isZero();
  }

  private int init(int offered, int offered2) throws IOException {
    put(INIT, 0, 0);
    MemoryIO.getInstance().putInt(request.address() + 52, offered);
    MemoryIO.getInstance().putInt(request.address() + 56, offered2);
    answer.setMemory(0, 128, (byte) 0x55);
    answer.putInt(0, 40);
    answer.putInt(4, 0);
    answer.putInt(16, 7);
    answer.putInt(20, 19);
    answer.putInt(28, ASYNC_READ);
    answer.putInt(36, 128 << 10);
    return flags.addTo(answer, 40, request);
  }

  private int open(int flagsOfOpen, int answered) throws IOException {
    Held volume = new Held();
    volume.writesHeld = false;
    return open(handles.add(volume), flagsOfOpen, answered);
  }

  /** The flags of the answer. */
  private int open(int number, int flagsOfOpen, int answered) throws IOException {
    put(OPEN, flagsOfOpen, 0);
    answer.putInt(0, 32);
    answer.putLong(16, number);
    answer.putInt(24, answered);
    assertThat(flags.addTo(answer, 32, request)).isEqualTo(32);
    return answer.getInt(24);
  }

  private void put(int opcode, int first, int second) {
    ByteBuffer bytes = ByteBuffer.allocate(80).order(ByteOrder.nativeOrder());
    bytes.putInt(80).putInt(opcode).putLong(1);
    bytes.position(40).putInt(first).putInt(second);
    MemoryIO.getInstance().putByteArray(request.address(), bytes.array(), 0, 80);
  }

  /** A volume that is suspended, or not. */
  private static final class Held extends Handle {

    private boolean writesHeld = true;

    Held() {
      super(new Node.Gone("/held"));
    }

    @Override
    boolean writesHeld() {
      return writesHeld;
    }

    @Override
    int read(Pointer buffer, int length, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    int write(Pointer buffer, int length, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    void stat(FileStat stat, Attributes attributes) {
      throw new UnsupportedOperationException();
    }

    @Override
    void truncate(long size) {
      throw new UnsupportedOperationException();
    }
  }
}
