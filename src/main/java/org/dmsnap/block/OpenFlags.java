package org.dmsnap.block;

/** The flags of open(2) that dmsnap uses: include/uapi/asm-generic/fcntl.h, and arm64's own. */
final class OpenFlags {

  private static final boolean ARM64 = "aarch64".equals(System.getProperty("os.arch"));

  static final int READ = 0;
  static final int WRITE = 2; // and read
  static final int CREATE = 0100;
  static final int EXCLUSIVE = 0200;

  /** Keeps an open of a pipe, put there in place of a file, from waiting for its other end. */
  static final int NONBLOCK = 04000;

  /** Keeps a terminal, put there in place of a file, from becoming this process's own. */
  static final int NO_TERMINAL = 0400;

  static final int DIRECTORY = ARM64 ? 040000 : 0200000;
  static final int NO_FOLLOW = ARM64 ? 0100000 : 0400000;
  static final int CLOSE_ON_EXEC = 02000000;

  /** Only says which file it is, without opening what may ring or wait: O_PATH. */
  static final int PLACE = 010000000;

  static final int UNNAMED = 020000000 | DIRECTORY; // O_TMPFILE

  private OpenFlags() {}

  /** What every open of a device with {@code access} has. */
  static int of(BackingDirectory.Access access) {
    int way = access == BackingDirectory.Access.WRITE ? WRITE : READ;
    return way | NONBLOCK | NO_TERMINAL | CLOSE_ON_EXEC;
  }
}
