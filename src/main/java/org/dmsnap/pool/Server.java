package org.dmsnap.pool;

import java.io.IOException;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.volume.CommandLock;

/** The process that serves a pool, as far as that is to know it. Any number of threads. */
public final class Server {

  /** Has the process make way for another. */
  @FunctionalInterface
  public interface Way {
    /** Makes it; does not return, unless there is nobody to make way for. */
    void make() throws IOException;
  }

  private final CommandLock commands;
  private volatile boolean replaced;
  private volatile long successions;
  private volatile Way way = () -> {};

  Server(CommandLock commands) {
    this.commands = commands;
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
    commands.command(
        () -> {
          Commit.begins();
          way.make();
        });
  }
}
