package org.dmsnap.golden;

import java.io.Closeable;
import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Io;
import org.dmsnap.engine.Target;

/**
 * A target under a name, as {@code dmsetup} shows it.
 *
 * @param target what serves its requests
 * @param parameters what the table line ends with
 * @param readOnly whether the block layer refuses to write to it
 * @param end gives back what the target uses
 */
record MappedDevice(Target target, String parameters, boolean readOnly, Closeable end) {

  String table() {
    return line(parameters);
  }

  String status() {
    return line(target.status());
  }

  void write(long position, byte[] bytes) throws IOException {
    if (readOnly) {
      throw new ErrnoException(Errno.EPERM, "a write to a read-only device");
    }
    Io.write(target, position, bytes);
  }

  void close() throws IOException {
    end.close();
  }

  private String line(String words) {
    return ("0 " + Sectors.in(target.size()) + " " + target.type() + " " + words).strip();
  }
}
