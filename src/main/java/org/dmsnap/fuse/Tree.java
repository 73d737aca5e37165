package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.dmsnap.control.Command;
import org.dmsnap.control.TextFiles;
import org.dmsnap.pool.Device;
import org.dmsnap.pool.Pool;
import org.jspecify.annotations.Nullable;

/**
 * The mounted tree: which path is what, at this moment.
 *
 * <pre>
 *   /DEV             every device of the pool, hidden ones included
 *   /ctl/COMMAND     a control file for each command
 *   /ctl/status/DEV  /ctl/table/DEV  /ctl/lvs  /ctl/log  /ctl/metrics
 * </pre>
 */
final class Tree {

  private static final String CTL = "ctl";
  private static final String STATUS = "status";
  private static final String TABLE = "table";

  private final Pool pool;
  private final Node root = new Node.Directory(this::rootNames);
  private final Node ctl = new Node.Directory(Tree::ctlNames);
  private final Node devices = new Node.Directory(this::deviceNames);

  Tree(Pool pool) {
    this.pool = pool;
  }

  /** What {@code path}, absolute within the mount, stands for; null if nothing is there. */
  @Nullable Node find(String path) {
    if (path.equals("/")) {
      return root;
    }
    String[] names = path.substring(1).split("/", -1);
    if (!names[0].equals(CTL)) {
      return names.length == 1 ? block(names[0]) : null;
    }
    return switch (names.length) {
      case 1 -> ctl;
      case 2 -> inCtl(names[1]);
      case 3 -> about(names[1], names[2]);
      default -> null;
    };
  }

  private @Nullable Node block(String name) {
    Device device = pool.device(name);
    return device == null ? null : new Node.Block(device);
  }

  private @Nullable Node inCtl(String name) {
    return switch (name) {
      case STATUS, TABLE -> devices;
      case "lvs" -> new Node.Text(() -> TextFiles.lvs(pool));
      case "log" -> new Node.Text(() -> TextFiles.log(pool));
      case "metrics" -> new Node.Text(() -> TextFiles.metrics(pool));
      default -> control(name);
    };
  }

  private static @Nullable Node control(String name) {
    for (Command command : Command.ALL) {
      if (command.name().equals(name)) {
        return new Node.Control(command);
      }
    }
    return null;
  }

  private @Nullable Node about(String what, String name) {
    return switch (what) {
      case STATUS -> text(name, TextFiles::status);
      case TABLE -> text(name, TextFiles::table);
      default -> null;
    };
  }

  private @Nullable Node text(String name, Function<Device, String> line) {
    Device device = pool.device(name);
    return device == null ? null : new Node.Text(() -> line.apply(device));
  }

  private List<String> rootNames() {
    List<String> names = new ArrayList<>(deviceNames());
    names.add(CTL);
    return names;
  }

  private static List<String> ctlNames() {
    List<String> names = new ArrayList<>(List.of(STATUS, TABLE, "lvs", "log", "metrics"));
    for (Command command : Command.ALL) {
      names.add(command.name());
    }
    return names;
  }

  private List<String> deviceNames() {
    return pool.devices().stream().map(Device::name).toList();
  }
}
