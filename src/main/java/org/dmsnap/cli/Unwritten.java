package org.dmsnap.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a mounted pool cannot be written. An unmount cannot be told by the process that serves
 * the pool, so the volumes are synced while they can still answer.
 */
final class Unwritten {

  private Unwritten() {}

  /** The volumes whose fsync fails, and why: {@code base (No space left on device)}. */
  static List<String> of(Path mountpoint) {
    List<String> failed = new ArrayList<>();
    try (DirectoryStream<Path> volumes = Files.newDirectoryStream(mountpoint, Unwritten::isDue)) {
      for (Path volume : volumes) {
        sync(volume, failed);
      }
    } catch (IOException dead) {
      return failed; // a mount that does not answer has nothing to write
    }
    return failed;
  }

  private static boolean isDue(Path entry) throws IOException {
    String name = entry.getFileName().toString();
    Path status = entry.resolveSibling("ctl").resolve("status").resolve(name);
    return Files.isRegularFile(entry)
        && !name.endsWith("-real")
        && !name.endsWith("-cow")
        && !Files.readString(status).stripTrailing().endsWith(" Invalid"); // lost before
  }

  private static void sync(Path volume, List<String> failed) {
    try (FileChannel file = FileChannel.open(volume, StandardOpenOption.READ)) {
      file.force(true);
    } catch (AccessDeniedException notOurs) {
      return; // who may unmount need not be who may read
    } catch (IOException failure) {
      failed.add(volume.getFileName() + " (" + Main.reason(failure) + ")");
    }
  }
}
