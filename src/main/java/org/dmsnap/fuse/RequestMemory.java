package org.dmsnap.fuse;

import java.io.IOException;
import java.util.Arrays;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.kernel.FileName;

/**
 * One thread's memory for a request and its answer, and where in it what stands, see {@code
 * include/uapi/linux/fuse.h}, in the byte order of the machine.
 *
 * <pre>
 *     request   0  4  length          read, write  40  8  fh          interrupt  40  8  unique
 *               4  4  opcode                       48  8  offset
 *               8  8  unique                       56  4  size        lseek      40  8  fh
 *              16  8  node                         60 20  flags, owner           48  8  offset
 *                                                                                56  4  whence
 * </pre>
 *
 * <p>The bytes written follow the request, and the bytes read the {@link Answer}. The memory lies
 * so that either begins a page: the kernel copies whole pages fastest. A request has been read when
 * its answer is put over it.
 */
final class RequestMemory {

  private static final int PAGE = 4096;

  private static final int LENGTH = 0;
  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int NODE = 16;
  private static final int USER = 24;
  private static final int HEADER_BYTES = 40;
  private static final int FH = 40;
  private static final int INTERRUPTED = 40;
  private static final int OFFSET = 48;
  private static final int SIZE = 56;
  private static final int WHENCE = 56;
  private static final int HOW = 60; // the flags of a read or write itself
  private static final int REQUEST_BYTES = 80;

  private static final int LOCK_OWNER = 1 << 1; // FUSE_READ_LOCKOWNER, FUSE_WRITE_LOCKOWNER

  private final int capacity;
  private final Pointer request;
  private final Pointer answer;
  private final Pointer bytes;
  private final Pointer all;

  /**
   * @param capacity how many bytes a request may have; an answer's bytes may have as many
   */
  RequestMemory(int capacity) {
    this.capacity = capacity;
    Pointer memory = Memory.allocateDirect(Runtime.getSystemRuntime(), capacity + 2 * PAGE, false);
    long page = PAGE - memory.address() % PAGE; // the first within, but for one at its start
    long first = page < REQUEST_BYTES ? page + PAGE : page;
    all = memory;
    bytes = memory.slice(first);
    request = memory.slice(first - REQUEST_BYTES);
    answer = memory.slice(first - Answer.HEADER_BYTES);
  }

  /**
   * Has all of it in memory, and keeps it there as far as this user may: the copy of a request or
   * an answer that a kill meets in its middle fails if it has to wait for a page, and so would
   * whoever asked.
   */
  void hold() {
    all.setMemory(0, all.size(), (byte) 0);
    MountCalls.INSTANCE.mlock(all.address(), all.size());
  }

  /** The address at which to put a request. */
  long address() {
    return request.address();
  }

  /** How many bytes fit there. */
  int capacity() {
    return capacity;
  }

  /** Where its answer is put together, before {@link #bytes}. */
  Pointer answer() {
    return answer;
  }

  /** What is written, or has been read. */
  Pointer bytes() {
    return bytes;
  }

  /** The 4 bytes at {@code offset} in the request. */
  int getInt(int offset) {
    return request.getInt(offset);
  }

  /** The 8 bytes at {@code offset} in the request. */
  long getLong(int offset) {
    return request.getLong(offset);
  }

  /** The text that follows the header, up to a zero. */
  String text() {
    int most = request.getInt(LENGTH) - HEADER_BYTES;
    byte[] bytes = new byte[Math.max(0, Math.min(most, capacity))];
    request.get(HEADER_BYTES, bytes, 0, bytes.length);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return FileName.of(Arrays.copyOf(bytes, length));
  }

  /** What is asked for. */
  int opcode() {
    return request.getInt(OPCODE);
  }

  /** The number of the request. */
  long unique() {
    return request.getLong(UNIQUE);
  }

  /** The number of the request that an interrupt is about. */
  long interrupted() {
    return request.getLong(INTERRUPTED);
  }

  /** What lseek(2) is to look for. */
  int whence() {
    return request.getInt(WHENCE);
  }

  /** Whether a read or write goes past the page cache: only such a one tells who asks. */
  boolean direct() {
    return (request.getInt(HOW) & LOCK_OWNER) != 0;
  }

  /** The node that it is about. */
  long node() {
    return request.getLong(NODE);
  }

  /** The number of the user who asks; 0 where it is the kernel itself. */
  int user() {
    return request.getInt(USER);
  }

  /** The handle of what is open. */
  long handle() {
    return request.getLong(FH);
  }

  /** Where it begins, in bytes. */
  long offset() {
    return request.getLong(OFFSET);
  }

  /** How many bytes are to be read. */
  int readLength() throws IOException {
    return length(capacity);
  }

  /** How many bytes are to be written by a request of {@code received} bytes. */
  int writeLength(int received) throws IOException {
    return length(received - REQUEST_BYTES);
  }

  private int length(int most) throws IOException {
    int length = request.getInt(SIZE);
    if (length < 0 || length > most) {
      throw new IOException("a request for " + length + " bytes where " + most + " are possible");
    }
    return length;
  }
}
