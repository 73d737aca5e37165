package org.dmsnap.fuse;

import java.util.List;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.uintptr_t;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LastErrno;
import org.dmsnap.kernel.FileNameCharset;

/** The system calls about mounts and threads that Java lacks. */
@Encoding(FileNameCharset.NAME)
public interface MountCalls {

  /** {@code umount2}: detach now, tidy up when the last user is gone. */
  int MNT_DETACH = 2;

  /** {@code umount2}: do not follow a symbolic link. */
  int UMOUNT_NOFOLLOW = 8;

  /** {@code prctl}: the calling thread serves block I/O (Linux 5.6). */
  int PR_SET_IO_FLUSHER = 57;

  /** {@code memfd_create}: no child has it. */
  int MFD_CLOEXEC = 1;

  /** {@code close_range}: the calling thread has descriptors of its own from then on. */
  int CLOSE_RANGE_UNSHARE = 1 << 1;

  /** The C library. */
  MountCalls INSTANCE = LibraryLoader.create(MountCalls.class).load("c");

  /** See umount2(2). */
  @SaveError
  int umount2(String target, int flags);

  /** See access(2). */
  @SaveError
  int access(String path, int mode);

  /** See memfd_create(2). */
  @SaveError
  int memfd_create(String name, int flags);

  /** A file without a name, in memory, that no child of this process has; answers its number. */
  static int memoryFile(String name) throws ErrnoException {
    int file = INSTANCE.memfd_create(name, MFD_CLOEXEC);
    if (file < 0) {
      throw LastErrno.failure("memfd_create");
    }
    return file;
  }

  /** See read(2); to that address. */
  @SaveError
  @ssize_t
  long read(int fd, @uintptr_t long address, @size_t long count);

  /** See mlock(2). */
  int mlock(@uintptr_t long address, @size_t long length);

  /** See dup(2). */
  int dup(int fd);

  /** See geteuid(2). */
  int geteuid();

  /** See getegid(2). */
  int getegid();

  /** See syscall(2). */
  @SaveError
  long syscall(long number, long argument1, long argument2, long argument3);

  /**
   * Leaves the calling thread no descriptors but these, which ascend, and other threads all;
   * without effect before Linux 5.9.
   */
  static void keepOnly(List<Integer> descriptors) {
    int closeRange = 436; // on all of Linux's architectures
    long from = 0;
    long flags = CLOSE_RANGE_UNSHARE;
    for (int kept : descriptors) {
      if (from < kept && INSTANCE.syscall(closeRange, from, kept - 1L, flags) == 0) {
        flags = 0;
      } else if (from < kept) {
        return; // nothing has happened, and there is no such call
      }
      from = kept + 1L;
    }
    INSTANCE.syscall(closeRange, from, 0xffffffffL, flags);
  }

  /** See prctl(2). */
  int prctl(int option, long argument2, long argument3, long argument4, long argument5);
}
