package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.kernel.OpenFile;

/**
 * Takes libfuse's answer to a request, so that it can be looked at and changed before the kernel
 * has it: a channel of libfuse's own over a file in memory, which is mapped.
 *
 * <p>One request at a time; libfuse answers before {@link LibFuse#fuse_session_process} returns, or
 * not at all.
 */
final class AnswerChannel implements AutoCloseable {

  private final LibFuse libFuse;
  private final int file;
  private final Pointer answer;
  private final Pointer channel;

  private AnswerChannel(LibFuse libFuse, int file, Pointer answer) throws ErrnoException {
    this.libFuse = libFuse;
    this.file = file;
    this.answer = answer;
    Pointer made = libFuse.fuse_kern_chan_new(file);
    if (made == null) {
      throw new ErrnoException(Errno.ENOMEM, "no memory for a channel of libfuse");
    }
    channel = made;
  }

  /**
   * A new one.
   *
   * @param capacity how many bytes an answer may have
   */
  static AnswerChannel open(LibFuse libFuse, int capacity) throws IOException {
    int file = MountCalls.memoryFile("answers");
    try {
      return new AnswerChannel(libFuse, file, map(file, capacity));
    } catch (IOException failure) {
      LibC.INSTANCE.close(file);
      throw failure;
    }
  }

  private static Pointer map(int file, int capacity) throws IOException {
    if (LibC.INSTANCE.ftruncate(file, capacity) < 0) {
      throw LastErrno.failure("ftruncate");
    }
    Path path = OpenFile.of(file);
    try (FileChannel whole =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer mapped = whole.map(FileChannel.MapMode.READ_WRITE, 0, capacity);
      return Pointer.wrap(Runtime.getSystemRuntime(), mapped.order(ByteOrder.nativeOrder()));
    }
  }

  /** Has libfuse process the request of {@code received} bytes; its answer is here then. */
  void process(Pointer session, RequestMemory request, int received) throws ErrnoException {
    answer.putInt(Answer.LENGTH, 0);
    if (LibC.INSTANCE.lseek(file, 0, 0) < 0) {
      throw LastErrno.failure("lseek");
    }
    libFuse.fuse_session_process(session, request.address(), received, channel);
  }

  /** The answer, its header first; what is beyond its length is what was there before. */
  Pointer answer() {
    return answer;
  }

  /** How many bytes the answer has; 0 if there is none, as to what wants none. */
  int length() {
    return answer.getInt(Answer.LENGTH);
  }

  @Override
  public void close() {
    libFuse.fuse_chan_destroy(channel);
  }
}
