package org.dmsnap.fuse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.dmsnap.control.Command;
import org.dmsnap.pool.Device;

/** What a path of the mounted tree stands for. */
sealed interface Node {

  /** A directory; its names are asked for whenever it is listed. */
  record Directory(Supplier<List<String>> names) implements Node {}

  /** A volume, or a hidden device beneath one. */
  record Block(Device device) implements Node {}

  /** A text that is rendered whenever it is opened. */
  record Text(Supplier<String> text) implements Node {

    /** What an open would render now. */
    byte[] render() {
      return text.get().getBytes(StandardCharsets.UTF_8);
    }
  }

  /** A control file. */
  record Control(Command command) implements Node {

    /** What a read from the start gives, nothing having failed yet. */
    byte[] usage() {
      return command.usage().getBytes(StandardCharsets.UTF_8);
    }
  }
}
