package org.dmsnap.pool;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
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
    String objection = VolumeName.objection(name);
    if (objection.isEmpty() && table.snapshots().containsKey(name)) {
      objection = name + " is a snapshot";
    }
    if (!objection.isEmpty()) {
      log.warning(file + " is left out: " + objection);
      return null;
    }
    return name;
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
    String problem = "";
    if (stat == null) {
      problem = "it is missing";
    } else if (stat.kind() == Kind.OTHER) {
      problem = "it is neither a file nor a block device";
    } else if (stat.size() <= 0 || !Sectors.whole(stat.size())) {
      problem = "its size of " + stat.size() + " bytes is not a multiple of 512, as it must be";
    }
    if (stat == null || !problem.isEmpty()) {
      log.warning(file + " is left out: " + problem);
      return null;
    }
    claim(file, stat);
    return stat;
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
