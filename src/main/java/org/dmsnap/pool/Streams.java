package org.dmsnap.pool;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsnap.pool.change.Names;
import org.dmsnap.pool.change.Reception;
import org.dmsnap.pool.change.ReceptionRequest;
import org.dmsnap.pool.state.PoolState;

/** What goes out of a pool and comes in as streams. Any number of threads. */
public final class Streams {

  private final Pool pool;
  private final PoolState state;
  private final Set<Receiving> receiving = ConcurrentHashMap.newKeySet();

  Streams(Pool pool, PoolState state) {
    this.pool = pool;
    this.state = state;
  }

  /**
   * Says by a number what a volume reads as now, which the next write to it takes away.
   *
   * @throws org.dmsnap.block.ErrnoException ENOENT, EROFS
   */
  public void name(String volume) throws IOException {
    pool.command(() -> Names.of(state, state.volume(volume)).name());
  }

  /**
   * Begins to receive a volume: its name is taken, and nothing else is to be seen until the end.
   *
   * @throws org.dmsnap.block.ErrnoException EEXIST, EROFS
   */
  public Receiving receive(ReceptionRequest request) throws IOException {
    Reception reception = new Reception(state, request);
    Receiving begun = new Receiving(pool, receiving, reception);
    receiving.add(begun);
    try {
      pool.command(reception::begin);
      return begun;
    } catch (IOException | RuntimeException failure) {
      begun.close();
      throw failure;
    }
  }

  /** Ends all that is under way. */
  void close() {
    receiving.forEach(Receiving::close);
  }
}
