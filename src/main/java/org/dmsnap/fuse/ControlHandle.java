package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Pointer;
import org.dmsnap.control.ControlFile;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.table.Commit;
import ru.serce.jnrfuse.struct.FileStat;

/** An open control file; one request at a time. */
final class ControlHandle extends Handle {

  private final Node.Control node;
  private final ControlFile file;
  private final StallListener stalls;

  ControlHandle(Node.Control node, ControlFile file, StallListener stalls) {
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
    return write(buffer, length, Commit.NONE);
  }

  /** Runs what is written; what {@code commit} says to be done is not done again. */
  int write(Pointer buffer, int length, Commit commit) {
    byte[] request = new byte[length];
    buffer.get(0, request, 0, length);
    stalls.stalling(); // a command may wait for requests that the other threads serve
    try {
      int errno = run(request, commit);
      return errno == 0 ? length : -errno;
    } finally {
      stalls.resumed();
    }
  }

  private synchronized int run(byte[] request, Commit commit) {
    return file.write(request, commit);
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
