package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.value;

import java.nio.file.Path;
import java.util.Optional;

/** Which processes on this machine hold the locks on a file, see proc(5). */
public final class Locks {

  private static final int KIND = 1; // which word of a line of /proc/locks
  private static final int HOLDER = 4;
  private static final int INODE = 5;

  private Locks() {}

  /**
   * The number of the process that has locked a file by flock(2).
   *
   * @param proc where {@code /proc} is
   */
  public static Optional<String> flockHolder(Path proc, DeviceNumber device, long inode) {
    String anywhere = ":" + inode;
    // a file system with subvolumes shows another device there than stat(2) does
    return holder(proc, device.inLocks() + anywhere).or(() -> holder(proc, anywhere));
  }

  private static Optional<String> holder(Path proc, String file) {
    for (String line : value(proc.resolve("locks")).lines().toList()) {
      String[] words = line.strip().split(" +"); // 1: FLOCK ADVISORY WRITE 321 00:2f:77 0 EOF
      if (words.length > INODE && words[KIND].equals("FLOCK") && words[INODE].endsWith(file)) {
        return Optional.of(words[HOLDER]);
      }
    }
    return Optional.empty();
  }

  /**
   * The number of the process that has an open-file-description lock on a file. The kernel lists no
   * process for these, but shows them at the open files.
   */
  public static Optional<String> descriptionHolder(Path proc, long inode) {
    String file = ":" + inode + " ";
    for (Path process : children(proc, "[1-9]*")) {
      for (Path open : children(process.resolve("fdinfo"), "*")) {
        if (locks(open, file)) {
          return Optional.of(FileName.of(process.getFileName()));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean locks(Path open, String file) {
    return value(open)
        .lines()
        .anyMatch(
            line -> line.startsWith("lock:") && line.contains("OFDLCK") && line.contains(file));
  }
}
