package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the kernel tells of processes and of itself, and what it tells in a word. */
public final class Proc {

  /** All of it. */
  public static final Path ROOT = Path.of("/proc");

  /** What this process has read and written so far, see {@link #bytesRead}. */
  public static final Path COUNTS = ROOT.resolve("self/io");

  /** Where control groups are. */
  public static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  private static final String READ = "rchar: ";

  private Proc() {}

  /** The number of the user who this process is to the file system. */
  public static int user() throws IOException {
    return (Integer) Files.getAttribute(ROOT.resolve("self"), "unix:uid");
  }

  /** The process of that number, in words. */
  public static String inWords(String pid) {
    String command = KernelText.value(ROOT.resolve(pid).resolve("comm"));
    return "process " + pid + (command.isEmpty() ? "" : " (" + command + ")"); // another namespace
  }

  /** Whether SELinux is in use; true if that cannot be told. */
  public static boolean mayHaveSelinux() {
    String systems = KernelText.value(ROOT.resolve("filesystems"));
    return systems.isEmpty() || systems.contains("selinuxfs");
  }

  /**
   * How many bytes a process has read, by its {@code counts}; 0 where the kernel does not count.
   */
  public static long bytesRead(Path counts) {
    return KernelText.value(counts)
        .lines()
        .filter(line -> line.startsWith(READ))
        .mapToLong(line -> Long.parseLong(line.substring(READ.length()).strip()))
        .findFirst()
        .orElse(0);
  }
}
