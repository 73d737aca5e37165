package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import ru.serce.jnrfuse.struct.FileStat;

/** An open file of what is not there any more: it can be closed, and all else is EIO. */
final class GoneHandle extends Handle {

  GoneHandle(String path) {
    super(new Node.Gone(path));
  }

  @Override
  OpenKind kind() {
    return OpenKind.DEAD;
  }

  @Override
  int read(Pointer buffer, int length, long position) throws IOException {
    throw gone();
  }

  @Override
  int write(Pointer buffer, int length, long position) throws IOException {
    throw gone();
  }

  @Override
  long size() {
    return 0;
  }

  @Override
  void stat(FileStat stat, Attributes attributes) {
    stat.st_mode.set(FileStat.S_IFREG);
    stat.st_nlink.set(1);
  }

  @Override
  void truncate(long size) throws IOException {
    throw gone();
  }

  @Override
  void flush() throws IOException {
    throw gone();
  }

  private ErrnoException gone() {
    return new ErrnoException(Errno.EIO, path() + " is not there any more");
  }
}
