package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * One thread's memory for a request and its answer, and where in it what stands, see {@code
 * include/uapi/linux/fuse.h}, in the byte order of the machine.
 *
 * <pre>
 *     request   0  4  length          read, write  40  8  fh          interrupt  40  8  unique
 *               4  4  opcode                       48  8  offset
 *               8  8  unique                       56  4  size        lseek      40  8  fh
 *              16 24  node, who                    60 20  flags, owner           48  8  offset
 *                                                                                56  4  whence
 * </pre>
 *
 * <p>The bytes written follow the request, and the bytes read the {@link Answer}. The memory lies
 * so that either begins a page: the kernel copies whole pages fastest. A request has been read when
 * its answer is put over it.
 */
final class RequestMemory {

  private static final int PAGE = 4096;

  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int NODE = 16;
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

  /**
   * @param capacity how many bytes a request may have; an answer's bytes may have as many
   */
  RequestMemory(int capacity) {
    this.capacity = capacity;
    Pointer memory = Memory.allocateDirect(Runtime.getSystemRuntime(), capacity + 2 * PAGE, false);
    long page = PAGE - memory.address() % PAGE; // the first within, but for one at its start
    long first = page < REQUEST_BYTES ? page + PAGE : page;
    bytes = memory.slice(first);
    request = memory.slice(first - REQUEST_BYTES);
    answer = memory.slice(first - Answer.HEADER_BYTES);
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

  /** Makes of it another request of so many bytes, of the same number, about {@code node}. */
  void becomes(int opcode, int length, long node) {
    request.putInt(0, length);
    request.putInt(OPCODE, opcode);
    request.putLong(NODE, node);
  }

  /** Puts the 8 bytes of that index after the header. */
  void putBody(int index, long value) {
    request.putLong(FH + (long) index * Long.BYTES, value);
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

  /** The handle of a read, write or seek. */
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
