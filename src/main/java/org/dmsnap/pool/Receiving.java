package org.dmsnap.pool;

import java.io.IOException;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.change.Reception;
import org.dmsnap.stream.DiffReader;
import org.dmsnap.stream.Trailer;

/**
 * A stream on its way into a pool; {@link Streams#receive} begins one. Any failure ends it, and
 * leaves nothing behind; so does {@link #close} before {@link #finish} has returned.
 *
 * <p>Any number of threads, one after the other.
 */
public final class Receiving implements AutoCloseable {

  private final Pool pool;
  private final Set<Receiving> all;
  private final Reception reception;
  private final DiffReader reader;
  private boolean over; // guarded by this

  /** One of {@code all}, as long as it goes on. */
  Receiving(Pool pool, Set<Receiving> all, Reception reception) {
    this.pool = pool;
    this.all = all;
    this.reception = reception;
    this.reader = new DiffReader(reception);
  }

  /**
   * Takes the next {@code length} bytes.
   *
   * @throws ErrnoException EINVAL if they are no part of a stream; ENOSPC; ENODEV
   */
  public synchronized void accept(byte[] bytes, int offset, int length) throws IOException {
    checkOpen();
    boolean taken = false;
    try {
      reader.accept(bytes, offset, length);
      taken = true;
    } finally {
      if (!taken) {
        close();
      }
    }
  }

  /**
   * There is no more to come: makes durable what came, and shows it.
   *
   * @throws ErrnoException EINVAL if the stream is not whole, ENOENT or ESTALE if what it is a
   *     difference from is not there
   */
  public synchronized void finish() throws IOException {
    checkOpen();
    try {
      Trailer trailer = reader.end();
      pool.command(() -> reception.find(trailer));
      reception.complete();
      pool.command(() -> reception.list(trailer));
    } finally {
      close();
    }
  }

  private void checkOpen() throws ErrnoException {
    if (over) {
      throw new ErrnoException(Errno.ENODEV, "nothing is received any more; begin again");
    }
  }

  @Override
  public synchronized void close() {
    if (!over) {
      over = true;
      reception.close();
      all.remove(this);
    }
  }
}
