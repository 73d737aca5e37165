package org.dmsnap.fuse;

import java.nio.file.Path;
import java.util.List;

/**
 * The part of the mount options that is the front-end's.
 *
 * @param source the pool's path, absolute and without links, of which the mount table tells
 * @param uid owner of every file
 * @param gid group of every file
 * @param mode permission bits of every file; directories get x where it has r
 * @param allowOther asked for: every user may come in, as {@code mode} lets them
 * @param allowRoot asked for: root may come in too; without either, that is tried and not insisted
 *     on
 * @param readOnly mount {@code ro}
 * @param threads how many threads are to be free to serve requests
 * @param handedOn words for libfuse and the kernel: {@link #NONEMPTY}, {@link #NOEXEC}, contexts of
 *     SELinux
 */
public record MountOptions(
    Path source,
    int uid,
    int gid,
    int mode,
    boolean allowOther,
    boolean allowRoot,
    boolean readOnly,
    int threads,
    List<String> handedOn) {

  /** Owner reads and writes. */
  public static final int DEFAULT_MODE = 0600;

  /** Mount though there is something in the directory, which is hidden then. */
  public static final String NONEMPTY = "nonempty";

  /** Nothing on the mount is run as a program, whatever its mode says. */
  public static final String NOEXEC = "noexec";

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public MountOptions {
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException("mode must be 0 to 777: " + Integer.toOctalString(mode));
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: " + threads);
    }
  }

  /** What a mount without options runs with: the mounter's own, 0600. */
  public static MountOptions defaults(Path source) {
    MountCalls system = MountCalls.INSTANCE;
    return new MountOptions(
        source,
        system.geteuid(),
        system.getegid(),
        DEFAULT_MODE,
        false,
        false,
        false,
        defaultThreads(),
        List.of());
  }

  /** The processors, at least 2. */
  public static int defaultThreads() {
    return Math.max(2, Runtime.getRuntime().availableProcessors());
  }
}
