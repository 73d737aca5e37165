package org.dmsnap.pool.table;

import java.util.regex.Pattern;

/** The names of devices and of files in a pool. */
public final class PoolFiles {

  /** The pool's table. */
  public static final String TABLE = "pool.table";

  /** The file that a mount locks, and nobody reads. */
  public static final String LOCK = ".lock";

  /** What the hidden device under an origin is called, after its name. */
  public static final String REAL = "-real";

  /** What the hidden device under a snapshot is called, after its name. */
  public static final String COW = "-cow";

  /** What an origin's image is called, after its name. */
  public static final String IMAGE_SUFFIX = ".img";

  /** What a snapshot's COW file is called, after its name. */
  public static final String COW_SUFFIX = ".cow";

  /** Names that dmsnap alone makes, and therefore may delete. */
  private static final Pattern OWN =
      Pattern.compile("\\..+\\.(img|cow)\\.(new|removing)|\\.pool\\.table\\.new");

  private PoolFiles() {}

  /** The file of the origin {@code name}. */
  public static String image(String name) {
    return name + IMAGE_SUFFIX;
  }

  /** The file of the snapshot {@code name}. */
  public static String cow(String name) {
    return name + COW_SUFFIX;
  }

  /** What {@code file} is called until it is listed. */
  public static String fresh(String file) {
    return '.' + file + ".new";
  }

  /** What {@code file} is called from before it is unlisted. */
  public static String dying(String file) {
    return '.' + file + ".removing";
  }

  /** Whether {@code file} is a name made by {@link #fresh}, {@link #dying} or for a table. */
  public static boolean own(String file) {
    return OWN.matcher(file).matches();
  }
}
