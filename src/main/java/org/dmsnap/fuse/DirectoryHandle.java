package org.dmsnap.fuse;

import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FileStat;

/** An open directory. */
final class DirectoryHandle extends Handle {

  private final Node.Directory directory;

  DirectoryHandle(Node.Directory directory) {
    this.directory = directory;
  }

  /** The names in it now. */
  List<String> names() {
    return directory.names().get();
  }

  @Override
  int read(Pointer buffer, int length, long position) {
    return -Errno.EISDIR.intValue();
  }

  @Override
  int write(Pointer buffer, int length, long position) {
    return -Errno.EBADF.intValue();
  }

  @Override
  void stat(FileStat stat, Attributes attributes) {
    attributes.fill(stat, directory);
  }

  @Override
  void truncate(long size) {
    // the kernel refuses it before it comes here
  }
}
