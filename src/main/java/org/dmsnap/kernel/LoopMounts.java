package org.dmsnap.kernel;

import static org.dmsnap.kernel.KernelText.children;
import static org.dmsnap.kernel.KernelText.value;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The block devices that are, by way of a loop device, on a file: the loop devices, their
 * partitions, what the kernel has stacked on those, and the loop devices on any of them or on files
 * of theirs; and the file systems mounted from them.
 *
 * <p>A file is known by its place in its file system, whatever mount it was named through; a file
 * system by all of its devices. No file system is asked for anything: it may hang.
 */
public final class LoopMounts {

  private final Path sys;
  private final MountTable table;
  private final FileSystemDevices fileSystems;
  private final Map<String, String> devices = new LinkedHashMap<>(); // path to major:minor

  private LoopMounts(Path root) throws IOException {
    sys = root.resolve("sys");
    table = MountTable.read(root.resolve("proc"));
    fileSystems = new FileSystemDevices(sys);
  }

  /**
   * The mounts of file systems on any of {@code files} that can be written to, one of each file
   * system; one that lies in a file of another comes before it.
   *
   * @param root where {@code /proc} and {@code /sys} are
   * @param files absolute and without links, as the kernel knows them
   */
  public static List<Mount> of(Path root, List<Path> files) throws IOException {
    LoopMounts loops = new LoopMounts(root);
    List<MountTable.Place> places = files.stream().map(loops.table::place).toList();
    loops.addAll(backing -> places.contains(loops.table.place(FileName.path(backing))));
    List<Mount> mounts = new ArrayList<>();
    for (int before = -1; before < mounts.size(); ) {
      before = mounts.size();
      mounts = loops.mounts();
      List<String> numbers = mounts.stream().map(Mount::device).toList();
      loops.addAll(backing -> loops.isOn(backing, numbers));
    }
    mounts.removeIf(Mount::superReadOnly);
    Collections.reverse(mounts); // what lies in another's file was mounted later
    return List.copyOf(mounts);
  }

  /** The loop devices on {@code file} that can be written to, by path; otherwise as {@link #of}. */
  public static List<String> devicesOn(Path root, Path file) throws IOException {
    MountTable table = MountTable.read(root.resolve("proc"));
    MountTable.Place place = table.place(file);
    List<String> names = new ArrayList<>();
    for (Path loop : children(root.resolve("sys/block"), "loop*")) {
      boolean same = table.place(FileName.path(backing(loop))).equals(place);
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
    loops.addAll(backing -> backing.matches("/[^/]+"));
    return loops.mounts().stream().filter(mount -> !mount.readOnly()).toList();
  }

  /** Adds the loop devices on such a file or device, and all that is on those. */
  private void addAll(Predicate<String> backing) {
    for (Path loop : children(sys.resolve("block"), "loop*")) {
      String file = backing(loop);
      if (!file.isEmpty() && backing.test(file)) {
        add(loop);
      }
    }
  }

  /** Adds a device, its partitions, the devices that hold any of them, and loop devices on it. */
  private void add(Path device) {
    String name = device.getFileName().toString();
    String path = "/dev/" + name;
    if (devices.putIfAbsent(path, value(device.resolve("dev"))) != null) {
      return;
    }
    String mapped = value(device.resolve("dm/name"));
    String other = mapped.isEmpty() ? path : "/dev/mapper/" + mapped;
    devices.putIfAbsent(other, value(device.resolve("dev")));
    children(device, name + "p*").forEach(this::add);
    for (Path holder : children(device.resolve("holders"), "*")) {
      add(sys.resolve("block").resolve(holder.getFileName().toString()));
    }
    addAll(file -> file.equals(path) || file.equals(other));
  }

  /** Whether a loop device's file lies on one of the file systems of these numbers. */
  private boolean isOn(String backing, List<String> numbers) {
    return numbers.contains(table.place(FileName.path(backing)).device());
  }

  private static String backing(Path loop) {
    return value(loop.resolve("loop/backing_file"));
  }

  private List<Mount> mounts() {
    Map<String, Mount> mounts = new LinkedHashMap<>();
    for (Mount mount : table.mounts()) {
      boolean named = fileSystems.of(mount).stream().anyMatch(devices::containsKey);
      if (named || devices.containsValue(mount.device())) {
        mounts.putIfAbsent(mount.device(), mount);
      }
    }
    return new ArrayList<>(mounts.values());
  }
}
