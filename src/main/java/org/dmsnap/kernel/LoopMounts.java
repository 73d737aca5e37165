package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.value;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The block devices that are, by way of a loop device, on a file: the loop devices, their
 * partitions, and what the kernel has stacked on those; and the file systems mounted from them.
 */
public final class LoopMounts {

  private final Path proc;
  private final Path sys;
  private final Map<String, String> devices = new LinkedHashMap<>(); // name to major:minor

  private LoopMounts(Path root) {
    proc = root.resolve("proc");
    sys = root.resolve("sys");
  }

  /**
   * The mounts of file systems on {@code file}, one of each file system, in the order in which they
   * were mounted.
   *
   * @param root where {@code /proc} and {@code /sys} are
   * @param file absolute and without links, as the kernel knows it
   */
  public static List<Mount> of(Path root, Path file) throws IOException {
    LoopMounts loops = new LoopMounts(root);
    for (Path loop : children(loops.sys.resolve("block"), "loop*")) {
      if (value(loop.resolve("loop/backing_file")).equals(FileName.of(file))) {
        loops.add(loop);
      }
    }
    return loops.mounts();
  }

  /** The loop devices on {@code file} that can be written to, by path; otherwise as {@link #of}. */
  public static List<String> devicesOn(Path root, Path file) {
    List<String> names = new ArrayList<>();
    for (Path loop : children(root.resolve("sys/block"), "loop*")) {
      boolean same = value(loop.resolve("loop/backing_file")).equals(FileName.of(file));
      if (same && !value(loop.resolve("ro")).equals("1")) {
        names.add("/dev/" + loop.getFileName());
      }
    }
    return names;
  }

  /**
   * The mounts of file systems on volumes whose own mount was taken away beneath them: by the
   * kernel's words, such a file lies in the root of nothing.
   *
   * @param root where everything is
   */
  public static List<Mount> left(Path root) throws IOException {
    LoopMounts loops = new LoopMounts(root);
    for (Path loop : children(loops.sys.resolve("block"), "loop*")) {
      if (value(loop.resolve("loop/backing_file"))
          .matches("/[^/]+")) { // and not asked for: it may hang
        loops.add(loop);
      }
    }
    return loops.mounts().stream().filter(mount -> !mount.readOnly()).toList();
  }

  /** Adds a device, its partitions, and the devices that hold any of them. */
  private void add(Path device) {
    String name = device.getFileName().toString();
    if (devices.putIfAbsent(name, value(device.resolve("dev"))) != null) {
      return;
    }
    children(device, name + "p*").forEach(this::add);
    for (Path holder : children(device.resolve("holders"), "*")) {
      add(sys.resolve("block").resolve(holder.getFileName().toString()));
    }
  }

  private List<Mount> mounts() throws IOException {
    Map<String, Mount> mounts = new LinkedHashMap<>();
    for (Mount mount : MountTable.read(proc).mounts()) {
      boolean source = devices.keySet().stream().anyMatch(d -> mount.source().equals("/dev/" + d));
      if (source || devices.containsValue(mount.device())) { // btrfs has a number of its own
        mounts.putIfAbsent(mount.device(), mount);
      }
    }
    return List.copyOf(mounts.values());
  }
}
