package org.dmsnap.cli.cow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.kernel.FileName;

/** Opens a COW device that the user names, in a pool or elsewhere, to look at it. */
public final class CowFile {

  private CowFile() {}

  /** The file or block device {@code path}, for reading. */
  public static BlockDevice open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new ErrnoException(
          Errno.EISDIR,
          FileName.of(path)
              + " is a directory; name a COW device, such as "
              + FileName.of(path)
              + "/snap.cow");
    }
    try {
      return FileDirectory.openToLookAt(path);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        throw new ErrnoException(
            e.errno(),
            e.getMessage() + "; of a mounted pool, look at MOUNTPOINT/SNAP-cow instead",
            e);
      }
      throw e;
    }
  }
}
