package org.dmsnap.control;

import java.io.IOException;
import org.dmsnap.pool.table.Commit;

/** One open control file: what is written to it, and what it then reads. One thread at a time. */
public interface Conversation {

  /** What a read from offset 0 gives now: the usage, or a reply, or the reason of a failure. */
  byte[] text();

  /**
   * Takes what is written to it: {@code length} bytes of {@code request}.
   *
   * @param position the offset of the write
   * @param commit what of it is done already, by another server
   * @return 0, or the errno, positive
   */
  int write(byte[] request, int length, long position, Commit commit);

  /** Goes on as another server has left it, which read as {@code left}. */
  void resume(byte[] left);

  /** fsync(2): waits for what was written to take effect, where write(2) has not. */
  default void flush() throws IOException {
    // it has
  }

  /** The last close(2). */
  default void close() {
    // nothing to give back, unless an implementation says otherwise
  }
}
