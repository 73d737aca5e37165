package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the kernel tells of processes and of itself, and what it tells in a word. */
public final class Proc {

  /** All of it. */
  public static final Path ROOT = Path.of("/proc");

  /** What this process has read and written so far, see {@link #bytesRead}. */
  public static final Path COUNTS = ROOT.resolve("self/io");

  /** Where control groups are. */
  public static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  private static final String READ = "rchar: ";
  private static final String KILLED = "oom_kill ";
  private static final String KEEPER = "\0dmsnap-keeper\0"; // a word of its own

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

  /**
   * Whether a process, by its directory in {@code /proc}, keeps for the server of a mount what its
   * successor is to have, and uses nothing of it.
   */
  static boolean isKeeper(Path process) {
    return KernelText.value(process.resolve("cmdline")).contains(KEEPER);
  }

  /** The environment that this process was started with, each as {@code NAME=value}. */
  public static List<String> environment() throws IOException {
    String all = FileName.of(Files.readAllBytes(ROOT.resolve("self/environ")));
    return List.of(all.split("\0"));
  }

  /** How many processes the kernel has killed for want of memory since it was started. */
  public static long killedForMemory() {
    return number(KernelText.value(ROOT.resolve("vmstat")), KILLED);
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
    return number(KernelText.value(counts), READ);
  }

  private static long number(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
        .findFirst()
        .orElse(0);
  }
}
