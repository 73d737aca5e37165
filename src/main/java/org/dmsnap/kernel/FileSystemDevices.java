package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All the devices that a mounted file system is on, of which its source names one: those of a btrfs
 * or a bcachefs, and the log and the realtime device of an XFS.
 */
final class FileSystemDevices {

  private final Path btrfs;

  /** As the kernel tells in {@code sys}, where {@code /sys} is. */
  FileSystemDevices(Path sys) {
    btrfs = sys.resolve("fs/btrfs");
  }

  /** Their paths, for the file system of {@code mount}. */
  Set<String> of(Mount mount) {
    Set<String> all = new HashSet<>(List.of(mount.source()));
    switch (mount.type()) {
      case "btrfs" -> all.addAll(ofBtrfs(mount.source()));
      case "bcachefs" -> all.addAll(List.of(mount.source().split(":", -1)));
      case "xfs" -> all.addAll(ofXfs(mount.superOptions()));
      default -> {}
    }
    return all;
  }

  private Set<String> ofBtrfs(String source) {
    for (Path one : children(btrfs, "*-*")) {
      Set<String> members = new HashSet<>();
      for (Path device : children(one.resolve("devices"), "*")) {
        members.add("/dev/" + device.getFileName());
        members.add("/dev/mapper/" + KernelText.value(device.resolve("dm/name")));
      }
      if (members.contains(source)) {
        return members;
      }
    }
    return Set.of();
  }

  private static Set<String> ofXfs(String superOptions) {
    Set<String> all = new HashSet<>();
    for (String option : superOptions.split(",", -1)) {
      if (option.startsWith("logdev=") || option.startsWith("rtdev=")) {
        all.add(KernelText.unescaped(option.substring(option.indexOf('=') + 1)));
      }
    }
    return all;
  }
}
