package org.dmsnap.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The inode numbers of the mounted tree: of the root 1, of all else 63 bits of a hash of its path,
 * so that they are the same in stat(2) and readdir(3), for as long as there is such a file, and at
 * the next mount. With 100,000 files two share a number once in a billion pools, and since no file
 * has more than one link, no program would take them for one.
 *
 * <p>A name that is used again has its number again; that it is another file shows in its times.
 */
final class InodeNumber {

  /** The root's, as everywhere. */
  static final long ROOT = 1;

  /** Above all that means something to someone: 0, the root, and libfuse's 32 bits for unknown. */
  private static final long LEAST = 1L << 32;

  private InodeNumber() {}

  /** The number of what {@code path}, absolute within the mount, stands for. */
  static long of(String path) {
    if (path.equals("/")) {
      return ROOT;
    }
    byte[] hash = sha256().digest(path.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong() >>> 1 | LEAST;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every Java has it
    }
  }
}
