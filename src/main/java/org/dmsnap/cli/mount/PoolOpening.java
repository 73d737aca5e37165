package org.dmsnap.cli.mount;

import java.io.IOException;
import java.nio.file.Path;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.LeftPool;
import org.dmsnap.cli.succession.Succession;
import org.dmsnap.fuse.Session;
import org.dmsnap.fuse.SessionLoop;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.jspecify.annotations.Nullable;

/** Locks and loads the pool of a mount, or goes on with the lock and what else was left. */
final class PoolOpening {

  private PoolOpening() {}

  /**
   * The pool, which has not begun.
   *
   * @param left what was left of the mount; null if nobody succeeds
   */
  static Pool open(
      Path source,
      MountSettings settings,
      SessionLoop loop,
      Succession succession,
      @Nullable Session left)
      throws IOException {
    boolean readOnly = settings.pool().readOnly();
    @Nullable FileDirectory inherited = LeftPool.of(succession.handedOn(), readOnly);
    FileDirectory directory = inherited == null ? FileDirectory.lock(source, readOnly) : inherited;
    try {
      if (inherited == null) {
        LeftPool.keep(directory, succession.handedOn());
      }
      EventLog log = new EventLog();
      Pool pool = Pool.load(directory, settings.pool(), log, loop, succession.handedOn());
      if (inherited != null && left != null) {
        left.settle(pool.server().marks());
      }
      directory.warnings().forEach(log::warning);
      return pool;
    } catch (Throwable e) {
      if (inherited == null) {
        directory.giveUp();
      }
      throw e;
    }
  }
}
