package org.dmsnap.pool.table;

import java.util.regex.Pattern;

/** What a volume may be called: LVM's rules, so that a pool can move to LVM and back. */
public final class VolumeName {

  /**
   * As LVM: with the suffixes of hidden devices and the hyphens that are doubled, a dm name fits.
   */
  private static final int MAX_LENGTH = 127;

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9+_.][A-Za-z0-9+_.-]*");

  private VolumeName() {}

  /**
   * Returns {@code name} if a volume may be called that.
   *
   * @throws IllegalArgumentException if not, saying why
   */
  public static String check(String name) {
    if (name.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a name has at most " + MAX_LENGTH + " bytes: " + name.substring(0, MAX_LENGTH) + "...");
    }
    if (!ALLOWED.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a name has letters, digits and + _ . - only, and does not start with -: \""
              + name
              + '"');
    }
    if (name.equals(".") || name.equals("..") || name.equals("ctl")) {
      throw new IllegalArgumentException("a volume cannot be called \"" + name + '"');
    }
    if (name.endsWith(PoolFiles.REAL) || name.endsWith(PoolFiles.COW)) {
      throw new IllegalArgumentException(
          "a name ending in " + PoolFiles.REAL + " or " + PoolFiles.COW + " is reserved: " + name);
    }
    return name;
  }

  /** Why a volume may not be called that, or an empty text. */
  public static String objection(String name) {
    try {
      check(name);
      return "";
    } catch (IllegalArgumentException refused) {
      return String.valueOf(refused.getMessage());
    }
  }
}
