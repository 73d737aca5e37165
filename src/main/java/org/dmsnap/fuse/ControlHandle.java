package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Pointer;
import org.dmsnap.control.Conversation;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.table.Commit;
import ru.serce.jnrfuse.struct.FileStat;

/** An open control file; one request at a time. */
final class ControlHandle extends Handle {

  private final Node.Control node;
  private final Conversation file;
  private final StallListener stalls;
  private byte[] request = {}; // guarded by this

  ControlHandle(Node.Control node, Conversation file, StallListener stalls) {
    super(node);
    this.node = node;
    this.file = file;
    this.stalls = stalls;
  }

  @Override
  synchronized int read(Pointer buffer, int length, long position) {
    return TextHandle.copy(file.text(), buffer, length, position);
  }

  @Override
  OpenKind kind() {
    return OpenKind.CONTROL;
  }

  @Override
  synchronized void keep(TextMemory texts, int slot) throws IOException {
    texts.put(slot, file.text(), 0);
  }

  @Override
  int write(Pointer buffer, int length, long position) {
    return write(buffer, length, position, Commit.NONE);
  }

  /** Runs what is written; what {@code commit} says to be done is not done again. */
  int write(Pointer buffer, int length, long position, Commit commit) {
    stalls.stalling(); // a command may wait for requests that the other threads serve
    try {
      int errno = run(buffer, length, position, commit);
      return errno == 0 ? length : -errno;
    } finally {
      stalls.resumed();
    }
  }

  private synchronized int run(Pointer buffer, int length, long position, Commit commit) {
    if (request.length < length) {
      request = new byte[length];
    }
    buffer.get(0, request, 0, length);
    return file.write(request, length, position, commit);
  }

  @Override
  void flush() throws IOException {
    stalls.stalling();
    try {
      end();
    } finally {
      stalls.resumed();
    }
  }

  private synchronized void end() throws IOException {
    file.flush();
  }

  @Override
  synchronized void release() {
    file.close();
  }

  @Override
  synchronized long size() {
    return file.text().length;
  }

  @Override
  synchronized void stat(FileStat stat, Attributes attributes) {
    attributes.control(stat, node, file.text().length);
  }

  @Override
  void truncate(long size) {
    // a shell's ">" truncates first; there is nothing to lose
  }
}
