package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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
final class Holders {

  private final Path proc;
  private final Path sys;
  private final String mountpoint;
  private final Set<String> found = new TreeSet<>();

  private Holders(Path root, Path mountpoint) {
    proc = root.resolve("proc");
    sys = root.resolve("sys");
    this.mountpoint = mountpoint.toString();
  }

  /** Those of the mount at {@code mountpoint}, an absolute path, each in words. */
  static List<String> of(Path mountpoint) {
    return of(Path.of("/"), mountpoint);
  }

  /** As {@link #of(Path)}, on a system whose {@code /proc} and {@code /sys} are in {@code root}. */
  static List<String> of(Path root, Path mountpoint) {
    Holders holders = new Holders(root, mountpoint);
    List<MountTable.Entry> mounts = holders.mounts();
    holders.addLoopDevices(mounts);
    holders.addMountsBeneath(mounts);
    holders.addProcesses();
    return List.copyOf(holders.found);
  }

  private List<MountTable.Entry> mounts() {
    try {
      return MountTable.read(proc).entries();
    } catch (IOException e) {
      found.add("(mounts cannot be read: " + e + ")");
      return List.of();
    }
  }

  private void addLoopDevices(List<MountTable.Entry> mounts) {
    for (Path device : children(sys.resolve("block"), "loop*")) {
      String file = firstLine(device.resolve("loop/backing_file"));
      if (isBeneath(file)) {
        found.add("/dev/" + device.getFileName() + " on " + file + mountsOf(device, mounts));
      }
    }
  }

  private static String mountsOf(Path device, List<MountTable.Entry> mounts) {
    StringBuilder text = new StringBuilder();
    for (MountTable.Entry mount : mounts) {
      if (mount.source().equals("/dev/" + device.getFileName())) {
        text.append(", mounted on ").append(mount.mountpoint());
      }
    }
    return text.toString();
  }

  private void addMountsBeneath(List<MountTable.Entry> mounts) {
    for (MountTable.Entry mount : mounts) {
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
      List<Path> links = new ArrayList<>(children(process.resolve("fd"), "*"));
      links.add(process.resolve("cwd"));
      links.add(process.resolve("root"));
      for (Path link : links) {
        String file = target(link);
        if (isBeneath(file) || file.equals(mountpoint)) {
          String name = firstLine(process.resolve("comm"));
          found.add("process " + process.getFileName() + " (" + name + ") in " + file);
        }
      }
    }
  }

  private boolean isBeneath(String file) {
    return file.startsWith(mountpoint.endsWith("/") ? mountpoint : mountpoint + "/");
  }

  private static List<Path> children(Path directory, String glob) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
      stream.forEach(children::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return children; // another user's, or gone meanwhile
    }
    return children;
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("");
    } catch (IOException e) {
      return ""; // not in use, or gone meanwhile
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // another user's, or gone meanwhile
    }
  }
}
