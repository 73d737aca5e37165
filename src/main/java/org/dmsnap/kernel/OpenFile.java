package org.dmsnap.kernel;

import java.nio.file.Path;

/** Names an open file by a path that leads to it wherever it has been moved, see proc(5). */
public final class OpenFile {

  /** Standard error. */
  public static final Path STANDARD_ERROR = of(2);

  private OpenFile() {}

  /** The file that this process has open as {@code fd}. */
  public static Path of(int fd) {
    return Path.of("/proc/self/fd/" + fd);
  }

  /** The same for another process to open. */
  public static Path forOthers(int fd) {
    return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
  }
}
