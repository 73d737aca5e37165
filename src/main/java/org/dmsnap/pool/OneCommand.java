package org.dmsnap.pool;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.change.Merging;
import org.dmsnap.pool.change.StackWork;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.volume.CommandLock;

/**
 * Runs a command that changes a pool: alone, on a table that is what it was, with what other
 * commands left to be finished out of the way.
 */
record OneCommand(PoolState state) {

  /** Runs it; EROFS if the pool is mounted read-only. */
  void run(CommandLock.Work work) throws IOException {
    state.commands().command(() -> ready(work));
  }

  private void ready(CommandLock.Work work) throws IOException {
    if (state.options().readOnly()) {
      throw new ErrnoException(
          Errno.EROFS, "the pool is mounted read-only; mount it without ro to change it");
    }
    state.table().checkOwn();
    state.table().settle();
    new Merging(state).finishAll();
    new StackWork(state).resume();
    Commit.begins();
    work.run();
  }
}
