package org.dmsnap.pool;

import java.io.IOException;
import java.util.Set;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Commit;

/** The process that serves a pool, as far as that is to know it. Any number of threads. */
public final class Server {

  /** Has the process make way for another. */
  @FunctionalInterface
  public interface Way {
    /** Makes it; does not return, unless there is nobody to make way for. */
    void make() throws IOException;
  }

  private final PoolState state;
  private volatile boolean replaced;
  private volatile long successions;
  private volatile Way way = () -> {};

  Server(PoolState state) {
    this.state = state;
  }

  /** What tells, before the pool begins, which commands have happened: see {@link Commit}. */
  public Set<Long> marks() throws IOException {
    return state.marks();
  }

  /**
   * Notes how it serves.
   *
   * @param isReplaced whether another goes on, should it end
   * @param count how many there were before it
   */
  public void is(boolean isReplaced, long count, Way itsWay) {
    replaced = isReplaced;
    successions = count;
    way = itsWay;
  }

  /** Whether another goes on, should it end. */
  public boolean replaced() {
    return replaced;
  }

  /** How many there were before it. */
  public long successions() {
    return successions;
  }

  /**
   * Has another go on in its place, of the version that is installed by now; no command is under
   * way meanwhile, and what is suspended stays so.
   */
  public void restart() throws IOException {
    state
        .commands()
        .command(
            () -> {
              Commit.begins();
              way.make();
            });
  }
}
