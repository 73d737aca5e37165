package org.dmsnap.block;

import java.io.IOException;
import org.dmsnap.kernel.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * A pool's directory as one server leaves it to the next: open, and locked all the time, for a lock
 * lasts as long as anybody has the open file that it is on.
 */
public final class LeftPool {

  private static final String DIRECTORY = "directory";
  private static final String LOCK = "lock";

  private LeftPool() {}

  /** The pool that a predecessor has left, or null if there is none. */
  public static @Nullable FileDirectory of(HandedOn handedOn, boolean shared) throws IOException {
    int fd = handedOn.inherited(DIRECTORY);
    if (fd < 0) {
      return null;
    }
    FileOpener files = new FileOpener(fd, OpenFile.of(fd).toRealPath());
    return new FileDirectory(fd, PoolLock.inherited(files, shared, handedOn.inherited(LOCK)));
  }

  /** Leaves {@code pool} to a successor. */
  public static void keep(FileDirectory pool, HandedOn handedOn) throws IOException {
    PoolLock lock = pool.lock;
    handedOn.keep(DIRECTORY, pool.fd);
    if (lock != null && lock.file() >= 0) {
      handedOn.keep(LOCK, lock.file());
    }
  }
}
