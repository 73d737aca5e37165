package org.dmsnap.kernel;

import java.nio.file.Path;
import java.util.List;

/** Names an open file by a path that leads to it wherever it has been moved, see proc(5). */
public final class OpenFile {

  private static final Path OWN = Path.of("/proc/self/fd");

  /** Standard input. */
  public static final Path STANDARD_INPUT = of(0);

  /** Standard error. */
  public static final Path STANDARD_ERROR = of(2);

  private OpenFile() {}

  /** The file that this process has open as {@code fd}. */
  public static Path of(int fd) {
    return OWN.resolve(Integer.toString(fd));
  }

  /** The numbers of all that this process has open. */
  public static List<Integer> all() {
    return KernelText.children(OWN, "[0-9]*").stream()
        .map(open -> Integer.valueOf(FileName.of(open.getFileName())))
        .toList();
  }

  /** The same for another process to open. */
  public static Path forOthers(int fd) {
    return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
  }
}
