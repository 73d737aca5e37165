package org.dmsnap.fuse;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FileStat;

/** An open directory. */
final class DirectoryHandle extends Handle {

  private final Node.Directory directory;

  DirectoryHandle(Node.Directory directory) {
    super(directory);
    this.directory = directory;
  }

  /** What is open. */
  Node.Directory node() {
    return directory;
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
  long size() {
    return 0;
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
