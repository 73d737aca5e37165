package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.target;
import static org.dmsnap.kernel.KernelText.value;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mount of a pool that was taken out of the tree (<code>umount -l</code>) while it was in use,
 * and that is served until it is not: the kernel names its files from its own root, which is
 * nowhere. Best effort: what this user may not see is left out.
 *
 * @param root where {@code /proc} and {@code /sys} are
 * @param pool what it shows
 */
public record LeftMount(Path root, Path pool) {

  /** That of {@code pool}, if there is one. */
  public static LeftMount of(Path pool) {
    return new LeftMount(Path.of("/"), pool);
  }

  /** The one that was mounted at {@code mountpoint}, absolute, by the words of its server. */
  public static Optional<LeftMount> at(Path mountpoint) {
    for (Path process : children(Path.of("/proc"), "[0-9]*")) {
      if (names(process, mountpoint)) {
        for (Path open : children(process.resolve("fd"), "*")) {
          LeftMount left = of(FileName.path(target(open)));
          if (Files.exists(left.pool().resolve("pool.table")) && !left.holders().isEmpty()) {
            return Optional.of(left);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Whether a process was started with that path among its words. */
  private static boolean names(Path process, Path mountpoint) {
    String started =
        words(process, "environ").stream()
            .filter(word -> word.startsWith("PWD=/"))
            .map(word -> word.substring("PWD=".length()))
            .findFirst()
            .orElse("/");
    List<String> words = words(process, "cmdline");
    return words.contains("mount")
        && words.stream()
            .filter(word -> !word.isEmpty())
            .anyMatch(
                word ->
                    FileName.path(started)
                        .resolve(FileName.path(word))
                        .normalize()
                        .equals(mountpoint));
  }

  private static List<String> words(Path process, String file) {
    return List.of(value(process.resolve(file)).split("\0", -1));
  }

  /** Who uses its volumes still, each in words; empty if it is not left behind. */
  public List<String> holders() {
    List<String> found = new ArrayList<>();
    for (Path loop : children(root.resolve("sys/block"), "loop*")) {
      String file = value(loop.resolve("loop/backing_file"));
      if (isVolume(file)) {
        String device = "/dev/" + loop.getFileName();
        found.add(device + " on " + file.substring(1) + mountsOf(device));
      }
    }
    addProcesses(found);
    return found;
  }

  private String mountsOf(String device) {
    StringBuilder text = new StringBuilder();
    try {
      for (Mount mount : MountTable.read(root.resolve("proc")).mounts()) {
        text.append(mount.source().equals(device) ? ", mounted on " + mount.mountpoint() : "");
      }
    } catch (IOException unknown) {
      return "";
    }
    return text.toString();
  }

  private void addProcesses(List<String> found) {
    for (Path process : children(root.resolve("proc"), "[0-9]*")) {
      for (Path open : children(process.resolve("fd"), "*")) {
        String file = target(open);
        if (isVolume(file)) {
          String name = value(process.resolve("comm"));
          String who = "process " + process.getFileName() + " (" + name + ")";
          found.add(who + ", which has " + file.substring(1) + " open");
        }
      }
    }
  }

  /**
   * Whether the kernel's name for a file is that of a volume of this pool, in a root that is none.
   */
  private boolean isVolume(String file) {
    if (!file.matches("/[^/]+") || Files.exists(root.resolve(file.substring(1)))) {
      return false;
    }
    String volume = file.substring(1).replaceFirst("-(real|cow)$", "");
    return Files.exists(pool.resolve(FileName.path(volume + ".img")))
        || Files.exists(pool.resolve(FileName.path(volume + ".cow")));
  }
}
