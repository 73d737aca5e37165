package org.dmsnap.fuse;

import java.io.IOException;
import org.dmsnap.pool.table.Commit;

/**
 * The requests that move data, answered in one thread's own memory: {@code FUSE_READ} and {@code
 * FUSE_WRITE}, and {@code FUSE_LSEEK}, which leads to it.
 *
 * <p>A write's answer is followed by 4 bytes for how many were written and 4 of padding, that of a
 * seek by 8 for where it has led.
 *
 * <p>That someone waits no longer for an answer ({@code FUSE_INTERRUPT}) is told to {@link
 * Interrupts} and to {@link GivenUp}.
 */
final class DataRequests {

  private static final int WRITTEN_BYTES = 8;
  private static final int SOUGHT_BYTES = 8;

  private final HandleTable handles;
  private final Interrupts interrupts;
  private final GivenUp givenUp;
  private final RequestMemory memory;
  private final Answer answer;
  private final StalePages stalePages;

  /**
   * @param exchange of the thread that serves them
   */
  DataRequests(HandleTable handles, Interrupts interrupts, GivenUp givenUp, Exchange exchange) {
    this.handles = handles;
    this.interrupts = interrupts;
    this.givenUp = givenUp;
    memory = exchange.request();
    answer = exchange.answer();
    stalePages = exchange.stalePages();
  }

  /**
   * Answers the request of {@code received} bytes if it is one of these.
   *
   * @return whether it was
   */
  boolean serve(int received) {
    switch (memory.opcode()) {
      case Opcode.READ -> read();
      case Opcode.WRITE -> write(received);
      case Opcode.LSEEK -> seek();
      case Opcode.INTERRUPT -> interrupt();
      default -> {
        return false;
      }
    }
    return true;
  }

  private void interrupt() {
    interrupts.interrupt(memory.interrupted());
    givenUp.interrupted(memory.interrupted());
  }

  private void read() {
    long unique = memory.unique();
    PageCache filled = null;
    int result;
    try {
      Handle handle = handle();
      if (!memory.direct() && handle.cache() != null) {
        filled = handle.cache();
        filled.filling();
      }
      result = handle.read(memory.bytes(), memory.readLength(), memory.offset());
    } catch (Throwable failure) {
      result = Errors.toErrno("read", failure);
    }
    answer.send(unique, Math.min(result, 0), Math.max(result, 0));
    if (filled != null) {
      filled.filled(); // from now on the kernel has the page
    }
  }

  private void write(int received) {
    long unique = memory.unique();
    int result;
    try {
      Handle handle = handle();
      int length = memory.writeLength(received);
      if (handle instanceof ControlHandle control) {
        command(control, unique, length);
        return;
      }
      PageCache cache = memory.direct() ? handle.cache() : null;
      result =
          cache == null
              ? handle.write(memory.bytes(), length, memory.offset())
              : writeDirect(handle, cache, length);
    } catch (Throwable failure) {
      result = Errors.toErrno("write", failure);
    }
    written(unique, result);
  }

  private void written(long unique, int result) {
    memory.bytes().putInt(0, result); // and of no meaning if it failed
    memory.bytes().putInt(4, 0);
    answer.send(unique, Math.min(result, 0), result < 0 ? 0 : WRITTEN_BYTES);
  }

  /** What is noted of it is noted until it has been answered: till then it may come again. */
  private void command(ControlHandle control, long unique, int length) {
    givenUp.begins(unique);
    try (Commit commit = handles.commit(unique)) {
      written(unique, run(control, commit, length));
    } finally {
      givenUp.ended(unique);
    }
  }

  private int run(ControlHandle control, Commit commit, int length) {
    try {
      int result = control.write(memory.bytes(), length, memory.offset(), commit);
      handles.keepText(control);
      return result;
    } catch (Throwable failure) {
      return Errors.toErrno("command", failure);
    }
  }

  /** Past the page cache: pages that were read while it waited are of before it, too. */
  private int writeDirect(Handle handle, PageCache cache, int length) throws IOException {
    long came = System.nanoTime();
    long position = memory.offset();
    int written = handle.write(memory.bytes(), length, position);
    if (written > 0 && cache.mayHideWrite(came)) {
      stalePages.drop(memory.node(), position, written);
    }
    return written;
  }

  private void seek() {
    long unique = memory.unique();
    long result;
    try {
      result = handle().seek(memory.offset(), memory.whence());
    } catch (Throwable failure) {
      result = Errors.toErrno("seek", failure);
    }
    memory.bytes().putLong(0, result); // and of no meaning if it failed
    answer.send(unique, (int) Math.min(result, 0), result < 0 ? 0 : SOUGHT_BYTES);
  }

  private Handle handle() throws IOException {
    return handles.get(memory.handle());
  }
}
