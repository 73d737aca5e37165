package org.dmsnap.fuse;

/**
 * One open(2): how it is asked for, and what the kernel is told of the page cache.
 *
 * <p>Direct writes to a volume that was opened with {@code O_DIRECT} do not exclude each other,
 * where the kernel lets such a file be mapped all the same; the open is then past the page cache
 * whatever it asks for. So is one of a volume that is suspended: a kernel that knows parallel
 * writes has any other wait for those under way, which are held.
 */
final class Opening {

  /** Of open(2): include/uapi/asm-generic/fcntl.h, and arm64's own. */
  private static final int O_DIRECT =
      "aarch64".equals(System.getProperty("os.arch")) ? 0200000 : 040000;

  private static final int ACCESS_MODE = 3; // O_ACCMODE; 0 is O_RDONLY
  private static final int READ_WRITE = 2; // O_RDWR

  // FOPEN_... of include/uapi/linux/fuse.h
  private static final int DIRECT_IO = 1;
  private static final int KEEP_CACHE = 2;
  private static final int PARALLEL_DIRECT_WRITES = 1 << 6;

  private final int flags;
  private int told;

  /**
   * @param flags of open(2)
   */
  Opening(int flags) {
    this.flags = flags;
  }

  /** The flags of open(2). */
  int flags() {
    return flags;
  }

  boolean forWriting() {
    return (flags & ACCESS_MODE) != 0;
  }

  boolean forReadingAndWriting() {
    return (flags & ACCESS_MODE) == READ_WRITE;
  }

  /** Nothing of it is cached. */
  void directIo() {
    told |= DIRECT_IO;
  }

  /** What the kernel has cached of it is good. */
  void keepCache() {
    told |= KEEP_CACHE;
  }

  /**
   * What the kernel is told.
   *
   * @param parallel whether direct writes may be parallel
   */
  int told(Handle opened, boolean parallel) {
    if (!parallel || (told & DIRECT_IO) != 0) {
      return told; // no volume
    }
    if ((flags & O_DIRECT) != 0) {
      return told | DIRECT_IO | PARALLEL_DIRECT_WRITES;
    }
    return opened.writesHeld() ? told | DIRECT_IO : told;
  }
}
