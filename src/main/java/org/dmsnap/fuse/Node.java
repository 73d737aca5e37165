package org.dmsnap.fuse;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.dmsnap.control.Command;
import org.dmsnap.kernel.FileName;
import org.dmsnap.pool.volume.Device;

/** What a path of the mounted tree stands for. */
sealed interface Node {

  /** The path, absolute within the mount. */
  String path();

  /** Its inode number. */
  default long inode() {
    return InodeNumber.of(path());
  }

  /**
   * A directory; its names are asked for whenever it is listed.
   *
   * @param changedNanos when they last changed, in nanoseconds since 1970
   */
  record Directory(String path, Supplier<List<String>> names, LongSupplier changedNanos)
      implements Node {

    /** The path of the directory that it is in; of the root, its own. */
    String parent() {
      return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    /** The path of the file {@code name} in it. */
    String pathOf(String name) {
      return path.equals("/") ? path + name : path + "/" + name;
    }
  }

  /** A volume, or a hidden device beneath one. */
  record Block(String path, Device device) implements Node {}

  /** A text that is rendered whenever it is opened or looked at. */
  record Text(String path, Supplier<RenderedText> text) implements Node {}

  /** What was there a moment ago. */
  record Gone(String path) implements Node {}

  /**
   * A control file.
   *
   * @param changedNanos since when it has been there, in nanoseconds since 1970
   */
  record Control(String path, Command command, long changedNanos) implements Node {

    /** What a read from the start gives, nothing having failed yet. */
    byte[] usage() {
      return FileName.bytes(command.usage());
    }
  }
}
