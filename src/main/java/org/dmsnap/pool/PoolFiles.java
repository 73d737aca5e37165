package org.dmsnap.pool;

import java.util.regex.Pattern;

/** The names of devices and of files in a pool. */
final class PoolFiles {

  /** The pool's table. */
  static final String TABLE = "pool.table";

  /** What the hidden device under an origin is called, after its name. */
  static final String REAL = "-real";

  /** What the hidden device under a snapshot is called, after its name. */
  static final String COW = "-cow";

  /** What an origin's image is called, after its name. */
  static final String IMAGE_SUFFIX = ".img";

  /** What a snapshot's COW file is called, after its name. */
  static final String COW_SUFFIX = ".cow";

  /** Names that dmsnap alone makes, and therefore may delete. */
  private static final Pattern OWN =
      Pattern.compile("\\..+\\.(img|cow)\\.(new|removing)|\\.pool\\.table\\.new");

  private PoolFiles() {}

  /** The file of the origin {@code name}. */
  static String image(String name) {
    return name + IMAGE_SUFFIX;
  }

  /** The file of the snapshot {@code name}. */
  static String cow(String name) {
    return name + COW_SUFFIX;
  }

  /** What {@code file} is called until it is listed. */
  static String fresh(String file) {
    return '.' + file + ".new";
  }

  /** What {@code file} is called from before it is unlisted. */
  static String dying(String file) {
    return '.' + file + ".removing";
  }

  /** Whether {@code file} is a name made by {@link #fresh}, {@link #dying} or for a table. */
  static boolean own(String file) {
    return OWN.matcher(file).matches();
  }
}
