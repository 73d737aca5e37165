package org.dmsnap.block;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.mode_t;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.uintptr_t;
import org.dmsnap.kernel.FileNameCharset;

/**
 * The system calls dmsnap makes, as the C library names them.
 *
 * <p>Memory is given by its plain address, so that a call allocates nothing. Calls answer -1 where
 * they failed, and {@link LastErrno} says why. Public because the class that jnr-ffi derives from
 * it lives in another class loader.
 */
@Encoding(FileNameCharset.NAME)
public interface LibC {

  /** The C library of this process. */
  LibC INSTANCE = LibraryLoader.create(LibC.class).load("c");

  /** See openat(2). */
  @SaveError
  int openat(int directory, String name, int flags, @mode_t int mode);

  /** See close(2). */
  @SaveError
  int close(int fd);

  /** See dup2(2). */
  @SaveError
  int dup2(int from, int to);

  /** See pread(2). */
  @SaveError
  @ssize_t
  long pread(int fd, @uintptr_t long address, @size_t long count, @off_t long offset);

  /** See preadv2(2); the second argument is the address of so many {@code struct iovec}. */
  @SaveError
  @ssize_t
  long preadv2(int fd, @uintptr_t long vectors, int count, @off_t long offset, int flags);

  /** See pwrite(2). */
  @SaveError
  @ssize_t
  long pwrite(int fd, @uintptr_t long address, @size_t long count, @off_t long offset);

  /** See write(2). */
  @SaveError
  @ssize_t
  long write(int fd, @uintptr_t long address, @size_t long count);

  /** See lseek(2). */
  @SaveError
  @off_t
  long lseek(int fd, @off_t long offset, int whence);

  /** See statx(2). */
  @SaveError
  int statx(int directory, String path, int flags, int mask, @uintptr_t long stat);

  /** See fsync(2). */
  @SaveError
  int fsync(int fd);

  /** See fdatasync(2). */
  @SaveError
  int fdatasync(int fd);

  /** See syncfs(2). */
  @SaveError
  int syncfs(int fd);

  /** See sync_file_range(2). */
  @SaveError
  int sync_file_range(int fd, @off_t long offset, @off_t long length, int flags);

  /** See posix_fadvise(2), which returns the errno. */
  int posix_fadvise(int fd, @off_t long offset, @off_t long length, int advice);

  /** See fallocate(2). */
  @SaveError
  int fallocate(int fd, int mode, @off_t long offset, @off_t long length);

  /** See fstatfs(2); the last argument is the address to put it at. */
  @SaveError
  int fstatfs(int fd, @uintptr_t long buffer);

  /** See ftruncate(2). */
  @SaveError
  int ftruncate(int fd, @off_t long length);

  /** See flock(2). */
  @SaveError
  int flock(int fd, int operation);

  /** See fcntl(2); the last argument is the address of what the command works on. */
  @SaveError
  int fcntl(int fd, int command, @uintptr_t long argument);

  /** See ioctl(2). */
  @SaveError
  int ioctl(int fd, @size_t long request, @uintptr_t long argument);

  /** See prctl(2). */
  @SaveError
  int prctl(
      int option, @size_t long second, @size_t long third, @size_t long fourth, @size_t long fifth);

  /** See memfd_create(2). */
  @SaveError
  int memfd_create(String name, int flags);

  /** See chdir(2); Java itself goes on resolving relative paths from where it was started. */
  @SaveError
  int chdir(String path);

  /** See socket(2). */
  @SaveError
  int socket(int domain, int type, int protocol);

  /** See connect(2). */
  @SaveError
  int connect(int socket, @uintptr_t long address, int length);

  /** See sendmsg(2); the second argument is the address of a {@code struct msghdr}. */
  @SaveError
  @ssize_t
  long sendmsg(int socket, @uintptr_t long message, int flags);

  /** See unlinkat(2). */
  @SaveError
  int unlinkat(int directory, String name, int flags);

  /** See linkat(2). */
  @SaveError
  int linkat(int fromDirectory, String from, int toDirectory, String to, int flags);

  /** See renameat2(2). */
  @SaveError
  int renameat2(int fromDirectory, String from, int toDirectory, String to, int flags);
}
