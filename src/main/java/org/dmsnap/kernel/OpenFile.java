package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** Those of the numbers by which this process has {@code file} open, which has no links in it. */
  public static List<Integer> numbersOf(Path file) {
    return all().stream().filter(number -> file.equals(target(number))).toList();
  }

  private static @Nullable Path target(int number) {
    try {
      return Files.readSymbolicLink(of(number));
    } catch (IOException closed) {
      return null;
    }
  }

  /** The same for another process to open. */
  public static Path forOthers(int fd) {
    return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
  }
}
