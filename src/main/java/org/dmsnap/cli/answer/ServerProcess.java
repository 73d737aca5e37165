package org.dmsnap.cli.answer;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.value;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.dmsnap.kernel.DeviceNumber;
import org.dmsnap.kernel.Locks;
import org.dmsnap.kernel.Proc;

/**
 * The process that serves a pool, as the kernel shows it: what state it is in, and what to do.
 *
 * @param proc where {@code /proc} is
 * @param pid its number
 */
record ServerProcess(Path proc, String pid) {

  private static final String DISK = "D";
  private static final String ANOTHER_SERVER = "request_wait_answer"; // fs/fuse/dev.c

  /** The one that holds the lock of {@code pool}; asks the file system which that is on. */
  static Optional<ServerProcess> of(Path proc, Path pool) {
    try {
      DeviceNumber device = new DeviceNumber((long) Files.getAttribute(pool, "unix:dev"));
      long inode = (long) Files.getAttribute(pool, "unix:ino");
      return Locks.flockHolder(proc, device, inode).map(pid -> new ServerProcess(proc, pid));
    } catch (IOException unseen) {
      return Optional.empty();
    }
  }

  private Path directory() {
    return proc.resolve(pid);
  }

  /** Whether nothing in it runs, by someone's will. */
  boolean isStopped() {
    String state = state(directory());
    return state.equalsIgnoreCase("T") || !frozenGroup().isEmpty();
  }

  /**
   * Its threads that wait for a disk, or another server, each with how often it has waited so far.
   */
  Set<String> waiting() {
    Set<String> waiting = new HashSet<>();
    for (Path thread : children(directory().resolve("task"), "[0-9]*")) {
      if (waits(thread)) {
        waiting.add(thread.getFileName() + " " + switches(thread));
      }
    }
    return waiting;
  }

  private static boolean waits(Path thread) {
    return state(thread).equals(DISK) || value(thread.resolve("wchan")).equals(ANOTHER_SERVER);
  }

  /** How often a thread has given up the processor: it has not run while that is the same. */
  static String switches(Path thread) {
    return field(thread, "voluntary_ctxt_switches");
  }

  /** Who it is, what state it is in, and what to do about that. */
  String words() {
    String name = value(directory().resolve("comm"));
    if (name.isEmpty()) {
      return "process " + pid + ", which served it, is gone";
    }
    return "process " + pid + " (" + name + "), which serves it, " + condition();
  }

  private String condition() {
    String state = state(directory());
    String group = frozenGroup();
    if (state.equals("T")) {
      return "is stopped (state T); kill -CONT " + pid + " lets it go on";
    }
    if (state.equals("t")) {
      String tracer = field(directory(), "TracerPid");
      return "is stopped by a debugger, process " + tracer + " (state t); end that";
    }
    if (!group.isEmpty()) {
      return "is frozen with its control group; echo 0 >" + group + "/cgroup.freeze thaws it";
    }
    return running(state);
  }

  private String running(String state) {
    for (Path thread : children(directory().resolve("task"), "[0-9]*")) {
      if (waits(thread)) {
        String end = state.equals("Z") ? "was killed and cannot end: it " : "";
        return end
            + "waits for its disk (state "
            + state(thread)
            + place(thread)
            + "): the file system of the pool hangs or is frozen";
      }
    }
    return state.equals("Z")
        ? "has died (state Z), and its parent, process "
            + field(directory(), "PPid")
            + ", has not been told"
        : "runs (state " + state + ") and does not answer; kill -9 " + pid + " ends it";
  }

  private static String place(Path thread) {
    String where = value(thread.resolve("wchan"));
    return where.isEmpty() || where.equals("0") ? "" : " in " + where;
  }

  /** The directory of the control group that is frozen and has it in it; empty if none is. */
  private String frozenGroup() {
    for (String line : value(directory().resolve("cgroup")).lines().toList()) {
      Path group = Proc.CONTROL_GROUPS.resolve(line.replaceFirst("^0::/", ""));
      boolean frozen = value(group.resolve("cgroup.events")).contains("frozen 1");
      if (line.startsWith("0::/") && frozen) {
        return group.toString();
      }
    }
    return "";
  }

  /** The letter behind the name, which is in parentheses and may have any in it; empty if gone. */
  private static String state(Path directory) {
    String stat = value(directory.resolve("stat"));
    int name = stat.lastIndexOf(") ");
    return name < 0 ? "" : stat.substring(name + 2).split(" ", 2)[0];
  }

  private static String field(Path directory, String name) {
    return value(directory.resolve("status"))
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("?");
  }
}
