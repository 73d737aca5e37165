package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.kernel.Locks;
import org.dmsnap.kernel.OpenFile;
import org.dmsnap.kernel.Proc;
import org.jspecify.annotations.Nullable;

/** Who on this machine holds a lock on a pool, in words. */
final class LockHolder {

  private LockHolder() {}

  /** The process that has locked an open file by flock(2); or null. */
  static @Nullable String of(int fd) throws IOException {
    FileStat stat = FileStat.of(fd);
    return Locks.flockHolder(Proc.ROOT, stat.deviceNumber(), stat.inode())
        .map(Proc::inWords)
        .orElse(null);
  }

  /**
   * The process that has an open-file-description lock on the file {@code name} in {@code pool}; or
   * null.
   */
  static @Nullable String ofFile(FileOpener pool, String name) throws IOException {
    Path file = OpenFile.of(pool.directory()).resolve(name);
    if (!Files.exists(file)) {
      return null;
    }
    return Locks.descriptionHolder(Proc.ROOT, FileStat.of(file).inode())
        .map(Proc::inWords)
        .orElse(null);
  }
}
