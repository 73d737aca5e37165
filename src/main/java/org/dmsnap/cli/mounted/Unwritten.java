package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmsnap.cli.terminal.ErrorLine;

/**
 * What of a mounted pool cannot be written. An unmount cannot be told by the process that serves
 * the pool, so the volumes are synced while they can still answer.
 */
public final class Unwritten {

  private Unwritten() {}

  /** The volumes whose fsync fails, and why: {@code base (No space left on device)}. */
  public static List<String> of(Path mountpoint) {
    List<String> failed = new ArrayList<>();
    try {
      for (Map<String, String> row : LvsRows.of(new MountedPool(mountpoint).read("lvs"))) {
        if (isDue(row)) {
          sync(mountpoint.resolve(String.valueOf(row.get("lv_name"))), failed);
        }
      }
    } catch (IOException dead) {
      return failed; // a mount that does not answer has nothing to write
    }
    return failed;
  }

  /** Not what is Invalid, lost before; nor what is suspended, where a sync may wait for a write. */
  private static boolean isDue(Map<String, String> row) {
    return String.valueOf(row.get("lv_attr")).startsWith("a", MountedPool.STATE)
        && !String.valueOf(row.get("lv_name")).startsWith("[");
  }

  private static void sync(Path volume, List<String> failed) {
    try (FileChannel file = FileChannel.open(volume, StandardOpenOption.READ)) {
      file.force(true);
    } catch (AccessDeniedException notOurs) {
      return; // who may unmount need not be who may read
    } catch (IOException failure) {
      failed.add(volume.getFileName() + " (" + ErrorLine.reason(failure) + ")");
    }
  }
}
