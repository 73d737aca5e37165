package org.dmsnap.kernel;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mount, as a line of mountinfo tells of it, see proc(5); names are text as {@link FileName}
 * has it.
 *
 * @param device the number of the file system, {@code major:minor}
 * @param root which part of the file system is mounted; {@code /} is all of it
 * @param mountpoint where it is
 * @param options of this mount, with commas between
 * @param type of its file system
 * @param source what it shows, in the words of whoever mounted it: a device, say
 * @param superOptions of the file system, with commas between
 */
public record Mount(
    String device,
    String root,
    String mountpoint,
    String options,
    String type,
    String source,
    String superOptions) {

  /** What the file systems of dmsnap call themselves. */
  public static final String DMSNAP = "fuse.dmsnap";

  /** What stands before the pool's path in the source of its mount, which thus is no path. */
  private static final String POOL = "dmsnap:";

  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNTPOINT = 4;
  private static final int OPTIONS = 5;

  /** The source that a mount of {@code pool} has. */
  public static String sourceOf(Path pool) {
    return POOL + FileName.of(pool);
  }

  /** What is left of {@code source}, which may be one as a mount of dmsnap has it: the pool. */
  public static String withoutPrefix(String source) {
    return source.startsWith(POOL) ? source.substring(POOL.length()) : source;
  }

  /** What a line says, or null if it says nothing that is understood. */
  static @Nullable Mount parse(String line) {
    int separator = line.indexOf(" - ");
    String[] where = line.substring(0, Math.max(0, separator)).split(" ", -1);
    String[] what = line.substring(separator < 0 ? line.length() : separator + 3).split(" ", -1);
    if (where.length <= OPTIONS || what.length < 2) {
      return null;
    }
    return new Mount(
        where[DEVICE],
        KernelText.unescaped(where[ROOT]),
        KernelText.unescaped(where[MOUNTPOINT]),
        where[OPTIONS],
        what[0],
        KernelText.unescaped(what[1]),
        what.length > 2 ? what[2] : "");
  }

  /** Where it is. */
  public Path path() {
    return FileName.path(mountpoint);
  }

  /** Whether it is a pool's. */
  public boolean isDmsnap() {
    return type.equals(DMSNAP);
  }

  /** The pool's path, of a mount of dmsnap; earlier versions gave it alone as the source. */
  public Path pool() {
    return FileName.path(poolText());
  }

  /** The text of {@link #pool}. */
  String poolText() {
    return withoutPrefix(source);
  }

  /** Whether the mount, or its file system, is mounted read-only. */
  public boolean readOnly() {
    return List.of(options.split(",", -1)).contains("ro");
  }

  /** Whether the file system is read-only, however it is mounted. */
  boolean superReadOnly() {
    return List.of(superOptions.split(",", -1)).contains("ro");
  }
}
