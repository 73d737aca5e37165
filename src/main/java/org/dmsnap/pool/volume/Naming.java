package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.pool.table.Identity;

/**
 * A volume's {@link Identity}, whose number for what the volume reads as is taken away, durably,
 * before that changes: a replica that bears the number is then never taken for what is here.
 *
 * <p>Any number of threads. A change that finds nothing to take away costs one look.
 */
public final class Naming {

  /** Makes an identity durable. */
  @FunctionalInterface
  public interface Recording {
    /** Does so, and waits for nothing but the disk. */
    void write(Identity identity) throws IOException;
  }

  private volatile Identity identity = Identity.fresh();
  private volatile boolean named;
  private Recording recording = now -> {}; // guarded by this

  /** The identity now. */
  public Identity identity() {
    return identity;
  }

  /**
   * Has another identity from now on, which is durable.
   *
   * @param durable makes durable what follows it
   */
  public synchronized void become(Identity now, Recording durable) {
    recording = durable;
    identity = now;
    named = now.named();
  }

  /**
   * To be called before what the volume reads as changes, inside the gate.
   *
   * @throws IOException if the number could not be taken away; then it must not change
   */
  public void changing() throws IOException {
    if (named) {
      forget();
    }
  }

  private synchronized void forget() throws IOException {
    if (named) {
      Identity changed = identity.changed();
      recording.write(changed);
      identity = changed;
      named = false;
    }
  }
}
