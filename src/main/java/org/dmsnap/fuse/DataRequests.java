package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread's memory for requests, and the answers to those that move data: {@code FUSE_READ} and
 * {@code FUSE_WRITE} of {@code include/uapi/linux/fuse.h}, in the byte order of the machine.
 *
 * <pre>
 *     request   0  4  length          read, write  40  8  fh          answer  0  4  length
 *               4  4  opcode                       48  8  offset              4  4  error, negative
 *               8  8  unique                       56  4  size                8  8  unique
 *              16 24  node, who                    60 20  flags, owner
 * </pre>
 *
 * <p>The bytes written follow the request, and the bytes read the answer; a write's answer is
 * followed by 4 bytes for how many were written and 4 of padding. The memory lies so that either
 * begins a page: the kernel copies whole pages fastest, and one write(2) sends the whole answer. A
 * request has been read when its answer is put over it.
 *
 * <p>libfuse does not see these requests and need not: it keeps no state of them. That someone
 * waits no longer for an answer ({@code FUSE_INTERRUPT}) is told to {@link Interrupts} and to
 * {@link GivenUp}, for libfuse would look for a request that it does not have.
 */
final class DataRequests {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");
  private static final LibC LIBC = LibC.INSTANCE;

  private static final int PAGE = 4096;

  private static final int READ = 15;
  private static final int WRITE = 16;
  private static final int INTERRUPT = 36;

  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int FH = 40;
  private static final int INTERRUPTED = 40; // struct fuse_interrupt_in: unique
  private static final int OFFSET = 48;
  private static final int SIZE = 56;
  private static final int REQUEST_BYTES = 80;

  private static final int ERROR = 4;
  private static final int ANSWER_BYTES = 16;
  private static final int WRITTEN_BYTES = 8;

  private final HandleTable handles;
  private final Interrupts interrupts;
  private final GivenUp givenUp;
  private final int device;
  private final int capacity;
  private final Pointer request;
  private final Pointer answer;
  private final Pointer bytes;

  /**
   * @param device the descriptor of {@code /dev/fuse}
   * @param capacity how many bytes a request may have; an answer's bytes may have as many
   */
  DataRequests(
      HandleTable handles, Interrupts interrupts, GivenUp givenUp, int device, int capacity) {
    this.handles = handles;
    this.interrupts = interrupts;
    this.givenUp = givenUp;
    this.device = device;
    this.capacity = capacity;
    Pointer memory = Memory.allocateDirect(Runtime.getSystemRuntime(), capacity + 2L * PAGE);
    long page = PAGE - memory.address() % PAGE; // the first within, but for one at its start
    long first = page < REQUEST_BYTES ? page + PAGE : page;
    bytes = memory.slice(first);
    request = memory.slice(first - REQUEST_BYTES);
    answer = memory.slice(first - ANSWER_BYTES);
  }

  /** The address at which to put a request. */
  long request() {
    return request.address();
  }

  /** How many bytes fit there. */
  int capacity() {
    return capacity;
  }

  /** The number of the request there. */
  long unique() {
    return request.getLong(UNIQUE);
  }

  /**
   * Answers the request of {@code received} bytes if it is one of these.
   *
   * @return whether it was
   */
  boolean serve(int received) {
    int opcode = request.getInt(OPCODE);
    if (opcode == READ) {
      read();
    } else if (opcode == WRITE) {
      write(received);
    } else if (opcode == INTERRUPT) {
      interrupts.interrupt(request.getLong(INTERRUPTED));
      givenUp.interrupted(request.getLong(INTERRUPTED));
    } else {
      return false;
    }
    return true;
  }

  private void read() {
    long unique = request.getLong(UNIQUE);
    int result;
    try {
      result = handle().read(bytes, length(capacity), request.getLong(OFFSET));
    } catch (Throwable failure) {
      result = Errors.toErrno("read", failure);
    }
    answer(unique, Math.min(result, 0), Math.max(result, 0));
  }

  private void write(int received) {
    long unique = request.getLong(UNIQUE);
    int result;
    try {
      result = write(handle(), unique, length(received - REQUEST_BYTES));
    } catch (Throwable failure) {
      result = Errors.toErrno("write", failure);
    }
    bytes.putInt(0, result); // and of no meaning if it failed
    bytes.putInt(4, 0);
    answer(unique, Math.min(result, 0), result < 0 ? 0 : WRITTEN_BYTES);
  }

  private int write(Handle handle, long unique, int length) throws IOException {
    if (!(handle instanceof ControlHandle)) {
      return handle.write(bytes, length, request.getLong(OFFSET));
    }
    givenUp.begins(unique);
    try {
      return handle.write(bytes, length, request.getLong(OFFSET));
    } finally {
      givenUp.ended(unique);
    }
  }

  private Handle handle() throws IOException {
    return handles.get((int) request.getLong(FH));
  }

  private int length(int most) throws IOException {
    int length = request.getInt(SIZE);
    if (length < 0 || length > most) {
      throw new IOException("a request for " + length + " bytes where " + most + " are possible");
    }
    return length;
  }

  private void answer(long unique, int error, int following) {
    int length = ANSWER_BYTES + following;
    answer.putInt(0, length);
    answer.putInt(ERROR, error);
    answer.putLong(UNIQUE, unique);
    if (LIBC.write(device, answer.address(), length) < 0) {
      Errno errno = LastErrno.get();
      if (errno != Errno.ENOENT && errno != Errno.ENODEV) { // given up, or unmounted by force
        LOG.error("a request could not be answered: {}", errno.description());
      }
    }
  }
}
