package org.dmsnap.block;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * When a file was last changed, in nanoseconds since 1970.
 *
 * @param modified mtime, which users set as they like
 * @param changed ctime, which the file system sets whenever anything of the file changes; one that
 *     does not keep it on the disk, such as vfat, says mtime once it is mounted anew
 */
public record FileTimes(long modified, long changed) {

  /** Of a block device, which has none that tell of its content. */
  public static final FileTimes NONE = new FileTimes(0, 0);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** The later of the two. */
  public long latest() {
    return Math.max(modified, changed);
  }

  /** Whether its file system may be one that keeps whole seconds. */
  public boolean coarse() {
    return modified % SECOND == 0 && changed % SECOND == 0;
  }

  /** {@code nanos} as stat(1) prints it, such as {@code 1764000000.123456789}. */
  public static String text(long nanos) {
    return "%d.%09d".formatted(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }

  /** {@code nanos} for people. */
  public static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }

  /** Nanoseconds from whole seconds and a fraction; what does not fit is the farthest that does. */
  public static long nanos(long seconds, int fraction) {
    long whole = TimeUnit.SECONDS.toNanos(seconds);
    long nanos = whole + fraction;
    return nanos < whole ? Long.MAX_VALUE : nanos;
  }
}
