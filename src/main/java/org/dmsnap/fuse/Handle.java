package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * An open file.
 *
 * <p>Any number of threads may call at once. Positions and lengths are in bytes and come as the
 * kernel sent them: whoever implements this clips.
 */
abstract class Handle {

  // include/uapi/linux/fs.h
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private final String path;
  private final long inode;
  private long number; // before it is in a table

  /** An open {@code node}. */
  Handle(Node node) {
    path = node.path();
    inode = node.inode();
  }

  /** Gives it the number by which the kernel knows it. */
  final void bear(long itsNumber) {
    number = itsNumber;
  }

  /** The number by which the kernel knows it. */
  final long number() {
    return number;
  }

  /** The path that was opened, absolute within the mount. */
  final String path() {
    return path;
  }

  /** What it is. */
  OpenKind kind() {
    return OpenKind.DEVICE;
  }

  /** Leaves to a successor what it reads as, if nobody else knows that. */
  void keep(TextMemory texts, int slot) throws IOException {
    // what is open is what it reads as, unless an implementation says otherwise
  }

  /** The inode number of what is open. */
  final long inode() {
    return inode;
  }

  /** Undoes {@link #keep}. */
  final void unkeep(TextMemory texts, int slot) throws IOException {
    if (kind() == OpenKind.TEXT || kind() == OpenKind.CONTROL) {
      texts.drop(slot);
    }
  }

  /** Reads into {@code buffer}; answers how many bytes, fewer at the end of the file. */
  abstract int read(Pointer buffer, int length, long position) throws IOException;

  /** Writes from {@code buffer}; answers how many bytes, or a negative errno. */
  abstract int write(Pointer buffer, int length, long position) throws IOException;

  /** How many bytes can be read, as it is now. */
  abstract long size();

  /**
   * lseek(2) for data or a hole from {@code position} on; answers where it is, or a negative errno.
   */
  final long seek(long position, int whence) throws IOException {
    long size = size();
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
      return -Errno.EINVAL.intValue();
    }
    if (position < 0 || position >= size) {
      return -Errno.ENXIO.intValue();
    }
    long found = whence == SEEK_DATA ? dataFrom(position) : holeFrom(position);
    return whence == SEEK_DATA && found >= size ? -Errno.ENXIO.intValue() : found;
  }

  /** Where, from {@code position} on, data may be, or the size; what has no holes says so. */
  long dataFrom(long position) throws IOException {
    return position;
  }

  /** Where, from {@code position} on, a hole begins: at the end, if nowhere else. */
  long holeFrom(long position) throws IOException {
    return size();
  }

  /** Fills {@code stat} as stat(2) of the open file, but for its inode number. */
  abstract void stat(FileStat stat, Attributes attributes);

  /** ftruncate(2) to {@code size} bytes. */
  abstract void truncate(long size) throws IOException;

  /** What the kernel may have cached of it; null if nothing. */
  @Nullable PageCache cache() {
    return null;
  }

  /** Whether writes to it are held, or about to be, until somebody resumes them. */
  boolean writesHeld() {
    return false;
  }

  /** fsync(2). */
  void flush() throws IOException {
    // nothing to make durable, unless an implementation says otherwise
  }

  /** fallocate(2) with the flags of {@code linux/falloc.h}. */
  void allocate(int mode, long position, long length) throws IOException {
    throw new ErrnoException(Errno.EOPNOTSUPP, "fallocate: not a volume");
  }

  /** The last close(2). */
  void release() {
    // nothing to give back, unless an implementation says otherwise
  }
}
