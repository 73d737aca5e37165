package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.dmsnap.control.Command;
import org.dmsnap.control.TextFiles;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.volume.Device;
import org.jspecify.annotations.Nullable;

/**
 * The mounted tree: which path is what, at this moment.
 *
 * <pre>
 *   /DEV             every device of the pool, hidden ones included
 *   /ctl/COMMAND     a control file for each command
 *   /ctl/status/DEV  /ctl/table/DEV  /ctl/lvs  /ctl/log  /ctl/metrics  /ctl/uuids
 * </pre>
 */
final class Tree {

  private static final String CTL = "ctl";
  private static final String STATUS = "status";
  private static final String TABLE = "table";

  private final Pool pool;
  private final long mountedNanos;
  private final TextTimes times = new TextTimes();
  private final Node root;
  private final Node ctl = new Node.Directory("/ctl", Tree::ctlNames, this::mountedNanos);

  /**
   * @param mountedNanos since when it is mounted, in nanoseconds since 1970
   */
  Tree(Pool pool, long mountedNanos) {
    this.pool = pool;
    this.mountedNanos = mountedNanos;
    root = new Node.Directory("/", this::rootNames, pool::namesChangedNanos);
  }

  /** Since when it is mounted, in nanoseconds since 1970. */
  long mountedNanos() {
    return mountedNanos;
  }

  /** What {@code path}, absolute within the mount, stands for; null if nothing is there. */
  @Nullable Node find(String path) {
    if (path.equals("/")) {
      return root;
    }
    String[] names = path.substring(1).split("/", -1);
    if (!names[0].equals(CTL)) {
      return names.length == 1 ? block(path, names[0]) : null;
    }
    return switch (names.length) {
      case 1 -> ctl;
      case 2 -> inCtl(path, names[1]);
      case 3 -> about(path, names[1], names[2]);
      default -> null;
    };
  }

  private @Nullable Node block(String path, String name) {
    Device device = pool.device(name);
    return device == null ? null : new Node.Block(path, device);
  }

  private @Nullable Node inCtl(String path, String name) {
    return switch (name) {
      case STATUS, TABLE -> new Node.Directory(path, this::deviceNames, pool::namesChangedNanos);
      case "lvs" -> ofPool(path, TextFiles::lvs);
      case "log" ->
          new Node.Text(path, () -> times.of(path, TextFiles.log(pool), pool.log()::changedNanos));
      case "metrics" -> ofPool(path, TextFiles::metrics);
      case "uuids" -> ofPool(path, TextFiles::uuids);
      default -> control(path, name);
    };
  }

  private Node ofPool(String path, Function<Pool, String> text) {
    return new Node.Text(path, () -> times.of(path, text.apply(pool), pool::changedNanos));
  }

  private @Nullable Node control(String path, String name) {
    for (Command command : Command.ALL) {
      if (command.name().equals(name)) {
        return new Node.Control(path, command, mountedNanos);
      }
    }
    return null;
  }

  private @Nullable Node about(String path, String what, String name) {
    return switch (what) {
      case STATUS -> ofDevice(path, name, TextFiles::status);
      case TABLE -> ofDevice(path, name, TextFiles::table);
      default -> null;
    };
  }

  private @Nullable Node ofDevice(String path, String name, Function<Device, String> line) {
    Device device = pool.device(name);
    return device == null
        ? null
        : new Node.Text(path, () -> times.of(path, line.apply(device), () -> changed(device)));
  }

  /** When what is told of {@code device} last changed; its COW device's numbers are part of it. */
  private long changed(Device device) {
    Device cow = pool.device(device.name() + "-cow");
    long here = Math.max(device.changedNanos(), pool.namesChangedNanos());
    return cow == null ? here : Math.max(here, cow.changedNanos());
  }

  private List<String> rootNames() {
    List<String> names = new ArrayList<>(deviceNames());
    names.add(CTL);
    return names;
  }

  private static List<String> ctlNames() {
    List<String> names = new ArrayList<>(List.of(STATUS, TABLE, "lvs", "log", "metrics", "uuids"));
    for (Command command : Command.ALL) {
      names.add(command.name());
    }
    return names;
  }

  private List<String> deviceNames() {
    return pool.devices().stream().map(Device::name).toList();
  }
}
