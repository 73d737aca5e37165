package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LibC;
import org.dmsnap.engine.StallListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ru.serce.jnrfuse.struct.FileStat;

/** Requests as the kernel puts them; a file takes the answers. */
class DataRequestsTest {

  private static final int CAPACITY = 0x101000;
  private static final long UNIQUE = 0x1122334455667788L;
  private static final long NODE = 0x99aabbccL;
  private static final int O_RDWR_CREAT = 02102; // and append

  private static final int GETATTR = 3;
  private static final int READ = 15;
  private static final int WRITE = 16;
  private static final int INTERRUPT = 36;
  private static final int LSEEK = 46;

  private static final int SEEK_END = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  /** Where the file has a block of data, the rest being a hole. */
  private static final int DATA = 8192;

  private final HandleTable handles = new HandleTable();
  private final Bytes file = new Bytes();

  @TempDir Path directory;
  private int device;
  private long number;
  private RequestMemory memory;
  private DataRequests requests;

  @BeforeEach
  void open() throws Exception {
    device = LibC.INSTANCE.openat(-1, directory.resolve("fuse").toString(), O_RDWR_CREAT, 0600);
    handles.add(new Bytes()); // so that the number is not the one of all zeroes
    number = handles.add(file);
    Exchange exchange =
        Exchange.over(device, CAPACITY, StallListener.NONE, PageWaiter.pool(device));
    memory = exchange.request();
    requests = new DataRequests(handles, new Interrupts(), new GivenUp(device), exchange);
  }

  @AfterEach
  void close() {
    LibC.INSTANCE.close(device);
  }

  @Test
  void a_read_is_answered_with_the_bytes() throws Exception {
    Arrays.fill(file.content, 4096, 8192, (byte) 7);

    assertThat(serve(READ, number, 4096, 4096, new byte[0])).isTrue();

    byte[] seven = new byte[4096];
    Arrays.fill(seven, (byte) 7);
    assertThat(answers()).isEqualTo(answer(0, seven));
  }

  @Test
  void the_end_of_the_file_makes_a_short_answer() throws Exception {
    serve(READ, number, file.content.length - 3, 4096, new byte[0]);
    serve(READ, number, file.content.length, 4096, new byte[0]);

    assertThat(answers()).isEqualTo(concat(answer(0, new byte[3]), answer(0, new byte[0])));
  }

  @Test
  void the_longest_read_and_write_that_the_kernel_sends_fit() throws Exception {
    byte[] most = new byte[1 << 20];
    Arrays.fill(most, (byte) 9);

    serve(WRITE, number, 1, most.length, most);
    serve(READ, number, 1, most.length, new byte[0]);

    assertThat(answers()).isEqualTo(concat(answer(0, written(most.length)), answer(0, most)));
  }

  @Test
  void a_write_is_answered_with_how_many_bytes_it_took() throws Exception {
    serve(WRITE, number, file.content.length - 2, 5, new byte[] {1, 2, 3, 4, 5});

    assertThat(answers()).isEqualTo(answer(0, written(2)));
    assertThat(file.content).endsWith(0, 1, 2);
  }

  @Test
  void a_seek_is_answered_with_where_data_and_holes_are() throws Exception {
    seek(0, SEEK_DATA);
    seek(DATA, SEEK_DATA);
    seek(DATA, SEEK_HOLE);
    seek(file.content.length - 1, SEEK_HOLE);

    assertThat(answers())
        .isEqualTo(
            concat(
                answer(0, sought(DATA)),
                answer(0, sought(DATA)),
                answer(0, sought(DATA + 4096)),
                answer(0, sought(file.content.length - 1))));
  }

  @Test
  void beyond_the_last_data_and_beyond_the_end_nothing_is_sought() throws Exception {
    int[] nowhere = {DATA + 1, file.content.length, file.content.length + 1, -1};
    for (int position : nowhere) {
      seek(position, SEEK_DATA);
    }
    seek(file.content.length, SEEK_HOLE);
    seek(-1, SEEK_HOLE);
    seek(Long.MIN_VALUE, SEEK_HOLE);
    seek(0, SEEK_END);

    byte[] enxio = answer(-6, new byte[0]);
    assertThat(answers())
        .isEqualTo(
            concat(enxio, enxio, enxio, enxio, enxio, enxio, enxio, answer(-22, new byte[0])));
  }

  @Test
  void a_seek_that_fails_is_answered_with_its_errno() throws Exception {
    file.failure = new ErrnoException(Errno.EIO, "Invalid");
    seek(0, SEEK_DATA);
    serve(LSEEK, number + 1, 0, SEEK_DATA, new byte[0]);

    assertThat(answers()).isEqualTo(concat(answer(-5, new byte[0]), answer(-9, new byte[0])));
  }

  @Test
  void failures_are_answered_with_their_errno_and_nothing_else() throws Exception {
    file.failure = new ErrnoException(Errno.ENOSPC, "full");
    serve(READ, number, 0, 512, new byte[0]);
    serve(WRITE, number, 0, 512, new byte[512]);
    file.failure = new IllegalStateException("a defect, which is logged");
    serve(READ, number, 0, 512, new byte[0]);
    serve(WRITE, number, 0, 512, new byte[512]);
    serve(READ, number + 1, 0, 512, new byte[0]);
    serve(WRITE, number + 1, 0, 512, new byte[512]);

    byte[] nothing = new byte[0];
    assertThat(answers())
        .isEqualTo(
            concat(
                answer(-28, nothing),
                answer(-28, nothing),
                answer(-5, nothing),
                answer(-5, nothing),
                answer(-9, nothing),
                answer(-9, nothing)));
  }

  @Test
  void a_length_that_does_not_fit_is_an_error_and_touches_nothing() throws Exception {
    serve(READ, number, 0, CAPACITY + 1, new byte[0]);
    serve(READ, number, 0, -1, new byte[0]);
    serve(WRITE, number, 0, 513, new byte[512]);
    serve(WRITE, number, 0, -1, new byte[512]);

    byte[] error = answer(-5, new byte[0]);
    assertThat(answers()).isEqualTo(concat(error, error, error, error));
    assertThat(file.content).containsOnly(0);
  }

  @Test
  void a_direct_write_has_pages_dropped_that_were_read_lately_before_it_is_answered()
      throws Exception {
    file.cache = new PageCache();
    serve(READ, number, 0, 0, new byte[0]);
    Files.write(directory.resolve("fuse"), new byte[0]);

    serveDirect(WRITE, 8192, 4096, new byte[4096]);

    assertThat(answers()).endsWith(answer(0, written(4096))).startsWith(stale(8192, 4096));
    assertThat(answers()).hasSize(40 + 24);
  }

  @Test
  void a_direct_write_has_pages_dropped_that_are_being_read() throws Exception {
    file.cache = new PageCache();
    file.cache.filling();

    serveDirect(WRITE, 0, 4096, new byte[4096]);

    assertThat(answers()).startsWith(stale(0, 4096));
  }

  @Test
  void without_pages_or_without_a_write_past_them_none_are_dropped() throws Exception {
    file.cache = new PageCache();
    serveDirect(READ, 0, 0, new byte[0]);
    serveDirect(WRITE, 0, 512, new byte[512]);
    serve(READ, number, 0, 0, new byte[0]);
    serve(WRITE, number, 0, 512, new byte[512]);

    byte[] written = answer(0, written(512));
    byte[] read = answer(0, new byte[0]);
    assertThat(answers()).isEqualTo(concat(read, written, read, written));
  }

  @Test
  void a_direct_write_that_failed_drops_no_pages() throws Exception {
    file.cache = new PageCache();
    file.cache.filling();
    file.failure = new ErrnoException(Errno.ENOSPC, "full");

    serveDirect(WRITE, 0, 512, new byte[512]);

    assertThat(answers()).isEqualTo(answer(-28, new byte[0]));
  }

  @Test
  void interrupts_are_dropped_and_all_else_is_left_to_others() throws Exception {
    assertThat(serve(INTERRUPT, number, 0, 0, new byte[0])).isTrue();
    assertThat(serve(GETATTR, number, 0, 0, new byte[0])).isFalse();

    assertThat(answers()).isEmpty();
  }

  /** As the kernel sends it: {@code fuse_in_header}, {@code fuse_read_in}, the bytes. */
  private boolean serve(int opcode, long fh, long offset, int size, byte[] bytes) {
    return serve(opcode, fh, offset, size, 0, bytes);
  }

  /** As it sends what goes past its page cache: with the owner of locks. */
  private void serveDirect(int opcode, long offset, int size, byte[] bytes) {
    assertThat(serve(opcode, number, offset, size, 1 << 1, bytes)).isTrue();
  }

  private boolean serve(int opcode, long fh, long offset, int size, int how, byte[] bytes) {
    int length = 80 + bytes.length;
    ByteBuffer request = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    request.putInt(length).putInt(opcode).putLong(UNIQUE);
    request.putLong(NODE);
    request.position(40).putLong(fh).putLong(offset).putInt(size).putInt(how);
    request.position(80).put(bytes);
    MemoryIO.getInstance().putByteArray(memory.address(), request.array(), 0, length);
    return requests.serve(length);
  }

  private void seek(long offset, int whence) {
    assertThat(serve(LSEEK, number, offset, whence, new byte[0])).isTrue();
  }

  private static byte[] sought(long position) {
    return ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(position).array();
  }

  private byte[] answers() throws IOException {
    return Files.readAllBytes(directory.resolve("fuse"));
  }

  private static byte[] answer(int error, byte[] following) {
    int length = 16 + following.length;
    ByteBuffer answer = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    return answer.putInt(length).putInt(error).putLong(UNIQUE).put(following).array();
  }

  /** As {@code fuse_notify_inval_inode_out} stands after its header. */
  private static byte[] stale(long position, long length) {
    ByteBuffer notice = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
    notice.putInt(40).putInt(2).putLong(0);
    return notice.putLong(NODE).putLong(position).putLong(length).array();
  }

  private static byte[] written(int count) {
    return ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(count).array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** A file in memory, or one that fails. */
  private static final class Bytes extends Handle {

    Bytes() {
      super(new Node.Gone("/bytes"));
    }

    private final byte[] content = new byte[2 << 20];
    private @Nullable Exception failure;
    private @Nullable PageCache cache;

    @Override
    @Nullable PageCache cache() {
      return cache;
    }

    @Override
    int read(Pointer buffer, int length, long position) throws IOException {
      fail();
      return TextHandle.copy(content, buffer, length, position);
    }

    @Override
    int write(Pointer buffer, int length, long position) throws IOException {
      fail();
      int count = (int) Math.min(length, content.length - position);
      buffer.get(0, content, (int) position, count);
      return count;
    }

    @Override
    long size() {
      return content.length;
    }

    @Override
    long dataFrom(long position) throws IOException {
      fail();
      return position <= DATA ? DATA : content.length;
    }

    @Override
    long holeFrom(long position) throws IOException {
      fail();
      return position == DATA ? DATA + 4096 : position;
    }

    @Override
    void stat(FileStat stat, Attributes attributes) {
      throw new UnsupportedOperationException();
    }

    @Override
    void truncate(long size) {
      throw new UnsupportedOperationException();
    }

    private void fail() throws IOException {
      if (failure instanceof IOException known) {
        throw known;
      }
      if (failure instanceof RuntimeException unknown) {
        throw unknown;
      }
    }
  }
}
