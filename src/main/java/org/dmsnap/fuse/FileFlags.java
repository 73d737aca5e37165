package org.dmsnap.fuse;

import jnr.ffi.Pointer;

/**
 * The fields of a {@code struct fuse_file_info} (libfuse 2.9, {@code fuse_common.h}, 64-bit), read
 * and written where they are: jnr-fuse's own struct costs an object graph a call and has the bits
 * in the wrong place.
 *
 * <pre>
 *       0     4  flags   of open(2)
 *      20     4  bits    0 direct_io, 1 keep_cache
 *      24     8  fh      ours to choose
 * </pre>
 */
final class FileFlags {

  private static final int FLAGS = 0;
  private static final int BITS = 20;
  private static final int HANDLE = 24;
  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;
  private static final int ACCESS_MODE = 3; // O_ACCMODE; 0 is O_RDONLY
  private static final int READ_WRITE = 2; // O_RDWR

  private FileFlags() {}

  static boolean forWriting(Pointer info) {
    return (info.getInt(FLAGS) & ACCESS_MODE) != 0;
  }

  static boolean forReadingAndWriting(Pointer info) {
    return (info.getInt(FLAGS) & ACCESS_MODE) == READ_WRITE;
  }

  static void setDirectIo(Pointer info) {
    info.putInt(BITS, info.getInt(BITS) | DIRECT_IO);
  }

  static void setKeepCache(Pointer info) {
    info.putInt(BITS, info.getInt(BITS) | KEEP_CACHE);
  }

  static int handle(Pointer info) {
    return (int) info.getLong(HANDLE);
  }

  static void setHandle(Pointer info, int handle) {
    info.putLong(HANDLE, handle);
  }
}
