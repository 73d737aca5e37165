package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.target;
import static org.dmsnap.kernel.KernelText.value;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds who keeps a mount busy: loop devices, other processes and mounts beneath it.
 *
 * <p>Best effort: what this user may not see, or goes away while it is looked at, is left out.
 * Nothing here touches the mount itself, which may no longer answer.
 */
public final class Holders {

  private final Path proc;
  private final Path sys;
  private final String mountpoint;
  private final Set<String> found = new TreeSet<>();

  private Holders(Path root, Path mountpoint) {
    proc = root.resolve("proc");
    sys = root.resolve("sys");
    this.mountpoint = FileName.of(mountpoint);
  }

  /** Those of the mount at {@code mountpoint}, an absolute path, each in words. */
  public static List<String> of(Path mountpoint) {
    return of(Path.of("/"), mountpoint);
  }

  /** As {@link #of(Path)}, on a system whose {@code /proc} and {@code /sys} are in {@code root}. */
  public static List<String> of(Path root, Path mountpoint) {
    Holders holders = new Holders(root, mountpoint);
    List<Mount> mounts = holders.mounts();
    holders.addLoopDevices(mounts);
    holders.addMountsBeneath(mounts);
    holders.addProcesses();
    return List.copyOf(holders.found);
  }

  /**
   * The processes, one of each mount namespace, that still see the file system that {@code gone}
   * was, each in words. Ask after it was unmounted here: where the kernel unmounts it elsewhere,
   * too, it does so at once.
   */
  public static List<String> elsewhere(Path root, Mount gone) {
    Set<String> namespaces = new TreeSet<>();
    List<String> found = new ArrayList<>();
    for (Path process : children(root.resolve("proc"), "[0-9]*")) {
      String namespace = target(process.resolve("ns/mnt"));
      boolean seen = !namespace.isEmpty() && !namespaces.add(namespace);
      String mountpoint = seen ? "" : mountpointIn(process, gone);
      if (!mountpoint.isEmpty()) {
        String name = value(process.resolve("comm"));
        found.add("process " + process.getFileName() + " (" + name + ") at " + mountpoint);
      }
    }
    return found;
  }

  /** Where {@code process} sees the file system; empty if nowhere. */
  private static String mountpointIn(Path process, Mount gone) {
    try {
      for (Mount mount : MountTable.ofProcess(process).mounts()) {
        if (mount.device().equals(gone.device()) // numbers are given again
            && mount.type().equals(gone.type())
            && mount.source().equals(gone.source())) {
          return mount.mountpoint();
        }
      }
      return "";
    } catch (IOException ended) {
      return ""; // meanwhile, or another user's
    }
  }

  private List<Mount> mounts() {
    try {
      return MountTable.read(proc).mounts();
    } catch (IOException e) {
      found.add("(mounts cannot be read: " + e + ")");
      return List.of();
    }
  }

  private void addLoopDevices(List<Mount> mounts) {
    for (Path device : children(sys.resolve("block"), "loop*")) {
      String file = value(device.resolve("loop/backing_file"));
      if (isBeneath(file)) {
        found.add("/dev/" + device.getFileName() + " on " + file + mountsOf(device, mounts));
      }
    }
  }

  private static String mountsOf(Path device, List<Mount> mounts) {
    StringBuilder text = new StringBuilder();
    for (Mount mount : mounts) {
      if (mount.source().equals("/dev/" + device.getFileName())) {
        text.append(", mounted on ").append(mount.mountpoint());
      }
    }
    return text.toString();
  }

  private void addMountsBeneath(List<Mount> mounts) {
    for (Mount mount : mounts) {
      if (isBeneath(mount.mountpoint())) {
        found.add("a mount on " + mount.mountpoint());
      }
    }
  }

  private void addProcesses() {
    String self = Long.toString(ProcessHandle.current().pid()); // ends when it has said this
    for (Path process : children(proc, "[0-9]*")) {
      if (process.endsWith(self)) {
        continue;
      }
      for (String file : ProcessFiles.of(process)) {
        if (isBeneath(file) || file.equals(mountpoint)) {
          String name = value(process.resolve("comm"));
          found.add("process " + process.getFileName() + " (" + name + ") in " + file);
        }
      }
    }
  }

  private boolean isBeneath(String file) {
    return file.startsWith(mountpoint.endsWith("/") ? mountpoint : mountpoint + "/");
  }
}
