package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Pointer;

/**
 * What kernels since libfuse 2.9 can do, agreed with them in libfuse's answers: to {@code
 * FUSE_INIT}, which is lengthened to the present form, and to {@code FUSE_OPEN}. The kernel goes by
 * the flags of an answer, whatever its minor version. See {@code include/uapi/linux/fuse.h}.
 *
 * <pre>
 *     init   request 40  4  major         answer 16  4  major       open  request 40  4  flags
 *                    44  4  minor                20  4  minor
 *                    48  4  max_readahead        24  4  max_readahead    answer 16  8  fh
 *                    52  4  flags                28  4  flags                   24  4  flags
 *                    56  4  flags2               36  4  max_write
 *                                                44  2  max_pages
 *                                                48  4  flags2
 *                                                52 28  unused
 * </pre>
 *
 * <ul>
 *   <li><i>Asynchronous direct I/O</i>: what one task has under way with libaio, io_uring or a loop
 *       device comes all at once, and no longer one request after the other.
 *   <li><i>Requests of 1 MiB</i>, which libfuse 2.9 would have of 128 KiB (Linux 4.20).
 *   <li><i>Parallel direct writes</i>: those to a volume that was opened with {@code O_DIRECT} do
 *       not exclude each other. Such an open is then past the page cache whatever it asks for, and
 * </ul>
 */
final class NewerFlags {

  /** The most that a request may move. */
  static final int MAX_BYTES = 1 << 20;

  private static final int PAGE_BYTES = 4096; // the smallest that there are

  private static final int OPEN = 14;
  static final int INIT = 26;

  private static final int INIT_REQUEST_FLAGS = 52;
  private static final int INIT_REQUEST_FLAGS2 = 56;
  private static final int INIT_FLAGS = 28;
  private static final int INIT_MAX_WRITE = 36;
  private static final int INIT_MAX_PAGES = 44;
  private static final int INIT_FLAGS2 = 48;
  private static final int INIT_OLD_BYTES = 40;
  private static final int INIT_BYTES = 80;

  private static final int ASYNC_DIO = 1 << 15;
  private static final int MAX_PAGES = 1 << 22;
  private static final int INIT_EXT = 1 << 30; // there are flags2
  private static final int DIRECT_IO_ALLOW_MMAP = 1 << 4; // of flags2

  /** Of open(2): include/uapi/asm-generic/fcntl.h, and arm64's own. */
  private static final int O_DIRECT =
      "aarch64".equals(System.getProperty("os.arch")) ? 0200000 : 040000;

  private static final int OPEN_REQUEST_FLAGS = 40;
  private static final int OPEN_HANDLE = 16;
  private static final int OPEN_FLAGS = 24;
  private static final int OPEN_BYTES = 32;

  private static final int DIRECT_IO = 1;
  private static final int PARALLEL_DIRECT_WRITES = 1 << 6;

  private final HandleTable handles;
  private volatile boolean parallel;

  /**
   * @param handles what is open
   */
  NewerFlags(HandleTable handles) {
    this.handles = handles;
  }

  /**
   * Puts into {@code answer}, of {@code length} bytes, what belongs there.
   *
   * @param request what it answers
   * @return how many bytes it has now
   */
  int addTo(Pointer answer, int length, RequestMemory request) throws IOException {
    if (request.opcode() == INIT && length == INIT_OLD_BYTES) {
      return init(answer, request);
    }
    if (request.opcode() == OPEN && length == OPEN_BYTES && parallel) {
      open(answer, request);
    }
    return length;
  }

  private int init(Pointer answer, RequestMemory request) {
    int offered = request.getInt(INIT_REQUEST_FLAGS);
    int offered2 = (offered & INIT_EXT) == 0 ? 0 : request.getInt(INIT_REQUEST_FLAGS2);
    int flags = answer.getInt(INIT_FLAGS) | (offered & (ASYNC_DIO | INIT_EXT));
    answer.putInt(INIT_FLAGS, flags);
    answer.setMemory(INIT_OLD_BYTES, INIT_BYTES - INIT_OLD_BYTES, (byte) 0);
    answer.putInt(INIT_FLAGS2, offered2 & DIRECT_IO_ALLOW_MMAP);
    if ((offered & MAX_PAGES) != 0) {
      answer.putInt(INIT_FLAGS, flags | MAX_PAGES);
      answer.putInt(INIT_MAX_WRITE, MAX_BYTES);
      answer.putShort(INIT_MAX_PAGES, (short) (MAX_BYTES / PAGE_BYTES));
    }
    answer.putInt(Answer.LENGTH, INIT_BYTES);
    parallel = (offered2 & DIRECT_IO_ALLOW_MMAP) != 0;
    return INIT_BYTES;
  }

  private void open(Pointer answer, RequestMemory request) throws IOException {
    int flags = answer.getInt(OPEN_FLAGS);
    if ((flags & DIRECT_IO) != 0) {
      return; // no volume
    }
    if ((request.getInt(OPEN_REQUEST_FLAGS) & O_DIRECT) != 0) {
      answer.putInt(OPEN_FLAGS, flags | DIRECT_IO | PARALLEL_DIRECT_WRITES);
    } else if (handles.get((int) answer.getLong(OPEN_HANDLE)).writesHeld()) {
      answer.putInt(OPEN_FLAGS, flags | DIRECT_IO);
    }
  }
}
