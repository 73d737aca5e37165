package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.concurrent.locks.StampedLock;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.OpenFile;

/**
 * A file or a block device of the system: one pread(2) or pwrite(2) a transfer, as a rule.
 *
 * <p>Every call holds {@link #inUse} shared, so that closing waits for it: a number that was closed
 * may mean another file a moment later, and a late write would land there.
 */
public final class FileDevice implements BlockDevice {

  private static final LibC LIBC = LibC.INSTANCE;

  private static final int SEEK_END = 2;

  // include/uapi/linux/fs.h
  private static final int SYNC_FILE_RANGE_WRITE = 2;

  // include/uapi/linux/fadvise.h
  private static final int DONTNEED = 4;

  private final StampedLock inUse = new StampedLock();
  private final FileTransfers transfers = new FileTransfers();
  private final String path;
  private final Tether tether;
  private int fd; // -1 once closed, which every call answers with EBADF
  private volatile long size;

  private FileDevice(int fd, String path, long size, Tether tether) {
    this.tether = tether;
    this.fd = fd;
    this.path = path;
    this.size = size;
  }

  /** Takes over an open file, which is closed if this throws; {@code path} is for messages. */
  static FileDevice of(int fd, String path, Tether tether) throws ErrnoException {
    long size = LIBC.lseek(fd, 0, SEEK_END);
    if (size < 0) {
      ErrnoException failure = tether.failure("lseek " + path);
      LIBC.close(fd);
      throw failure;
    }
    return new FileDevice(fd, path, size, tether);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws ErrnoException {
    checkRange("read", position, length);
    checkRoom(buffer, length);
    long stamp = inUse.readLock();
    try {
      for (int done = 0; done < length; ) {
        long n = transfers.pread(fd, buffer.address(), length - done, position + done);
        done += advance(buffer, n, "pread", position + done);
      }
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws ErrnoException {
    checkRange("write", position, length);
    checkRoom(buffer, length);
    long stamp = inUse.readLock();
    try {
      for (int done = 0; done < length; ) {
        long n = transfers.pwrite(fd, buffer.address(), length - done, position + done);
        done += advance(buffer, n, "pwrite", position + done);
      }
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void discard(long position, long length) throws ErrnoException {
    clear("discard", Clearing.PUNCH, position, length);
  }

  @Override
  public void zero(long position, long length) throws ErrnoException {
    clear("zero", Clearing.ZERO, position, length);
  }

  @Override
  public long dataFrom(long position, long end) throws ErrnoException {
    return seek(position, FileExtents.SEEK_DATA, end, position);
  }

  @Override
  public long holeFrom(long position, long end) throws ErrnoException {
    return seek(position, FileExtents.SEEK_HOLE, end, end);
  }

  private long seek(long position, int whence, long end, long unknown) throws ErrnoException {
    if (position >= end) {
      return end;
    }
    long stamp = inUse.readLock();
    try {
      return FileExtents.seek(this, whence, position, end, unknown);
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public long allocated() {
    long stamp = inUse.readLock();
    try {
      return FileExtents.allocated(this);
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void sync() throws ErrnoException {
    tether.check();
    long stamp = inUse.readLock();
    try {
      if (LIBC.fdatasync(fd) < 0) { // never twice: the second would succeed and mean nothing
        throw tether.failure("fdatasync " + this);
      }
      checkWhole();
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void settle() throws ErrnoException {
    sync();
    long stamp = inUse.readLock();
    try {
      LIBC.posix_fadvise(fd, 0, 0, DONTNEED); // what is clean: all, and what could not be written
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void startSync(long position, long length) {
    long stamp = inUse.readLock();
    try {
      LIBC.sync_file_range(
          fd, position, length, SYNC_FILE_RANGE_WRITE); // the sync tells of failures
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void syncTimes() throws ErrnoException {
    tether.check();
    long stamp = inUse.readLock();
    try {
      if (LIBC.fsync(fd) < 0) { // never twice, as above
        throw tether.failure("fsync " + this);
      }
      checkWhole();
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void resize(long newSize) throws ErrnoException {
    tether.check();
    long stamp = inUse.readLock();
    try {
      size = Math.min(size, newSize); // before it is so: see checkWhole
      while (LIBC.ftruncate(fd, newSize) < 0) {
        if (LastErrno.get() == Errno.EFBIG) {
          throw new ErrnoException(
              Errno.ENOSPC, "no file of " + newSize + " bytes fits on the pool's file system");
        }
        retryInterrupted("ftruncate", newSize);
      }
      size = newSize;
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  @Override
  public void close() throws ErrnoException {
    long stamp = inUse.writeLock();
    int closing = fd;
    fd = -1;
    inUse.unlockWrite(stamp);
    if (closing >= 0 && LIBC.close(closing) < 0 && LastErrno.get() != Errno.EINTR) {
      throw tether.failure("close " + path);
    }
  }

  /** The path this was opened by; of a file that has been renamed since, what it is called now. */
  @Override
  public String toString() {
    if (Files.exists(FileName.path(path), LinkOption.NOFOLLOW_LINKS)) {
      return path;
    }
    try {
      String now = FileName.of(Files.readSymbolicLink(OpenFile.of(fd)));
      return now.endsWith(" (deleted)") ? path : now;
    } catch (IOException closed) {
      return path;
    }
  }

  /** The number of the open file, for what else is done to it before it is handed out. */
  int fd() {
    return fd;
  }

  private void clear(String call, int mode, long position, long length) throws ErrnoException {
    checkRange(call, position, length);
    long stamp = inUse.readLock();
    try {
      Clearing.run(this, mode, position, length);
    } finally {
      inUse.unlockRead(stamp);
    }
  }

  private int advance(NativeBuffer buffer, long moved, String call, long position)
      throws ErrnoException {
    int bytes = checkMoved(moved, call, position);
    buffer.advance(bytes);
    return bytes;
  }

  /** How many bytes were moved; none if it was interrupted, and is to be tried again. */
  int checkMoved(long moved, String call, long position) throws ErrnoException {
    if (moved > 0) {
      return (int) moved;
    }
    if (moved == 0) {
      throw new ErrnoException(
          Errno.EIO, call + " " + at(position) + ": nothing there, the file was truncated");
    }
    retryInterrupted(call, position);
    return 0;
  }

  /** Throws the failure of this thread's last call, unless that was interrupted. */
  void retryInterrupted(String call, long position) throws ErrnoException {
    if (LastErrno.get() != Errno.EINTR) {
      throw tether.failure(call + " " + at(position));
    }
  }

  /**
   * A file that somebody else cut off has lost what was written to it, and reads as zeroes soon.
   */
  private void checkWhole() throws ErrnoException {
    long before = size; // read both before and after: it may grow or shrink meanwhile
    long now = LIBC.lseek(fd, 0, SEEK_END);
    if (now < Math.min(before, size)) {
      throw new ErrnoException(
          Errno.EIO,
          this + " was truncated by somebody else, to " + now + " of " + size + " bytes");
    }
  }

  private void checkRange(String call, long position, long length) throws ErrnoException {
    tether.check();
    if (position < 0 || length < 0 || position > size - length) {
      throw new ErrnoException(
          Errno.EIO,
          call + " of " + length + " bytes, " + at(position) + ": past its end at byte " + size);
    }
  }

  private static void checkRoom(NativeBuffer buffer, int length) {
    if (length > buffer.remaining()) {
      throw new IndexOutOfBoundsException(
          "transfer of " + length + " bytes in a window of " + buffer.remaining());
    }
  }

  private String at(long position) {
    return this + " at byte " + position;
  }
}
