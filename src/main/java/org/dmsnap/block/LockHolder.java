package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dmsnap.kernel.KernelText;
import org.jspecify.annotations.Nullable;

/** Who on this machine holds a lock, by the lines of /proc/locks, see proc(5). */
final class LockHolder {

  private static final Path PROC = Path.of("/proc");

  private LockHolder() {}

  /** The process that has locked an open file by flock(2), in words; or null. */
  static @Nullable String of(int fd) throws IOException {
    FileStat stat = FileStat.of(fd);
    List<String> locks = Files.readAllLines(PROC.resolve("locks"));
    String exact = holder(locks, " " + stat.deviceInLocks() + ":" + stat.inode() + " ");
    // a file system with subvolumes shows another device there than stat(2) does
    return exact != null ? exact : holder(locks, ":" + stat.inode() + " ");
  }

  private static @Nullable String holder(List<String> locks, String file) {
    for (String line : locks) {
      String[] words = line.strip().split(" +"); // 1: FLOCK ADVISORY WRITE 321 00:2f:77 0 EOF
      if (words.length > 4 && words[1].equals("FLOCK") && line.contains(file)) {
        return inWords(PROC.resolve(words[4]));
      }
    }
    return null;
  }

  /**
   * The process that has an open-file-description lock on the file {@code name} in {@code pool}, in
   * words; or null. The kernel lists no process for these, but shows them at the open files.
   */
  static @Nullable String ofFile(FileOpener pool, String name) throws IOException {
    Path file = FileStat.pathOf(pool.directory()).resolve(name);
    if (!Files.exists(file)) {
      return null;
    }
    String inode = ":" + FileStat.of(file).inode() + " ";
    for (Path process : KernelText.children(PROC, "[1-9]*")) {
      for (Path open : KernelText.children(process.resolve("fdinfo"), "*")) {
        if (locks(open, inode)) {
          return inWords(process);
        }
      }
    }
    return null;
  }

  private static boolean locks(Path open, String inode) {
    return KernelText.value(open)
        .lines()
        .anyMatch(
            line -> line.startsWith("lock:") && line.contains("OFDLCK") && line.contains(inode));
  }

  private static String inWords(Path process) {
    String command = KernelText.value(process.resolve("comm")); // none of another PID namespace
    return "process " + process.getFileName() + (command.isEmpty() ? "" : " (" + command + ")");
  }
}
