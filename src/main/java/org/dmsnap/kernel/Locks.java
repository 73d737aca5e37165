package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.value;

import java.nio.file.Path;
import java.util.Optional;

/** Which processes on this machine hold the locks on a file, see proc(5). */
public final class Locks {

  private static final String FLOCK = "FLOCK";
  private static final int KIND = 1; // which word of a line of /proc/locks
  private static final int HOLDER = 4;
  private static final int INODE = 5;

  private Locks() {}

  /**
   * The number of the process that has locked a file by flock(2), or has been handed the open file
   * on which another has.
   *
   * @param proc where {@code /proc} is
   */
  public static Optional<String> flockHolder(Path proc, DeviceNumber device, long inode) {
    String anywhere = ":" + inode;
    // a file system with subvolumes shows another device there than stat(2) does
    Optional<String> listed =
        holder(proc, device.inLocks() + anywhere).or(() -> holder(proc, anywhere));
    if (listed.isEmpty() || has(proc.resolve(listed.get()), FLOCK, anywhere + " ")) {
      return listed;
    }
    return openHolder(proc, FLOCK, anywhere + " ").or(() -> listed);
  }

  private static Optional<String> holder(Path proc, String file) {
    for (String line : value(proc.resolve("locks")).lines().toList()) {
      String[] words = line.strip().split(" +"); // 1: FLOCK ADVISORY WRITE 321 00:2f:77 0 EOF
      if (words.length > INODE && words[KIND].equals(FLOCK) && words[INODE].endsWith(file)) {
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
    return openHolder(proc, "OFDLCK", ":" + inode + " ");
  }

  /** The one that uses the file, if there is one, rather than what keeps it for others. */
  private static Optional<String> openHolder(Path proc, String kind, String file) {
    Optional<String> keeper = Optional.empty();
    for (Path process : children(proc, "[1-9]*")) {
      if (has(process, kind, file)) {
        Optional<String> number = Optional.of(FileName.of(process.getFileName()));
        if (!Proc.isKeeper(process)) {
          return number;
        }
        keeper = number;
      }
    }
    return keeper;
  }

  private static boolean has(Path process, String kind, String file) {
    return children(process.resolve("fdinfo"), "*").stream()
        .anyMatch(open -> locks(open, kind, file));
  }

  private static boolean locks(Path open, String kind, String file) {
    return value(open)
        .lines()
        .anyMatch(line -> line.startsWith("lock:") && line.contains(kind) && line.contains(file));
  }
}
