package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.VolumeName;
import org.jspecify.annotations.Nullable;

/** Decides which files in a pool's directory are volumes: the listed ones, and a user's images. */
final class Adoption {

  private final BackingDirectory directory;
  private final EventLog log;
  private final Map<String, String> owners = new TreeMap<>(); // file by identity

  /** Looks into {@code directory}. */
  Adoption(BackingDirectory directory, EventLog log) {
    this.directory = directory;
    this.log = log;
  }

  /** The origin that an unlisted {@code file} would be, or null if it is none, warning why. */
  @Nullable String unlistedOrigin(String file, PoolTable table) {
    if (file.endsWith(PoolFiles.COW_SUFFIX)) {
      warnOfCow(file, table);
      return null;
    }
    if (!file.endsWith(PoolFiles.IMAGE_SUFFIX)) {
      return null;
    }
    String name = file.substring(0, file.length() - PoolFiles.IMAGE_SUFFIX.length());
    if (table.origins().containsKey(name)) {
      return null;
    }
    String objection = objection(name, table);
    if (!objection.isEmpty()) {
      log.warning(file + " is left out: " + objection);
      return null;
    }
    return name;
  }

  /** Why no origin can be adopted under that name, or an empty text. */
  static String objection(String name, PoolTable table) {
    String objection = VolumeName.objection(name);
    boolean snapshot = objection.isEmpty() && table.snapshots().containsKey(name);
    return snapshot ? name + " is a snapshot" : objection;
  }

  private void warnOfCow(String file, PoolTable table) {
    String name = file.substring(0, file.length() - PoolFiles.COW_SUFFIX.length());
    if (!table.snapshots().containsKey(name)) {
      log.warning(file + " is no listed snapshot's; it is left alone");
    }
  }

  /**
   * What {@code file} is, if it can be an image; null, with a warning, if not.
   *
   * @throws ErrnoException EINVAL if it is in the pool under another name already
   */
  BackingDirectory.@Nullable Stat image(String file) throws IOException {
    BackingDirectory.Stat stat = directory.stat(file);
    String problem = problem(stat);
    if (stat == null || !problem.isEmpty()) {
      log.warning(file + " is left out: " + problem);
      return null;
    }
    claim(file, stat);
    return stat;
  }

  /** Why that cannot be an image, or an empty text. */
  static String problem(BackingDirectory.@Nullable Stat stat) {
    if (stat == null) {
      return "it is missing";
    }
    if (stat.kind() == Kind.OTHER) {
      return "it is neither a file nor a block device";
    }
    if (stat.size() == 0) {
      return "it is empty";
    }
    return Sectors.whole(stat.size())
        ? ""
        : "its size of " + stat.size() + " bytes is not a multiple of 512, as it must be";
  }

  /**
   * Refuses a file that is in the pool under two names, since each would change under the other.
   */
  void claim(String file, BackingDirectory.Stat stat) throws ErrnoException {
    String other = owners.put(stat.identity(), file);
    if (other != null) {
      throw new ErrnoException(
          Errno.EINVAL,
          other + " and " + file + " are the same file; remove one of the names and mount again");
    }
  }
}
