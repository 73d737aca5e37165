package org.dmsnap.pool.change;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.stream.DiffHeader;
import org.dmsnap.stream.DiffSink;
import org.dmsnap.stream.Trailer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a stream in: its name is taken from the beginning, its volume is listed at the end, and
 * there is no trace of either if that is not reached. What others may do meanwhile is all but that.
 *
 * <p>One thread at a time; the methods that say so under the command lock, the others not.
 */
public final class Reception implements DiffSink {

  private final PoolState state;
  private final ReceptionRequest request;
  private @Nullable Arrival arrival;
  private boolean begun;

  /** Takes into {@code state}'s pool what {@code request} says. */
  public Reception(PoolState state, ReceptionRequest request) {
    this.state = state;
    this.request = request;
  }

  /** Takes the name; under the command lock. */
  public void begin() throws IOException {
    state.checkFree(request.name());
    Descriptors.check(state.volumes().count() + 1);
    state.volumes().expect(request.name());
    begun = true;
  }

  @Override
  public void header(DiffHeader header) throws IOException {
    arrival =
        header.increment()
            ? new ArrivingSnapshot(state, request, header)
            : new ArrivingOrigin(state, request, header);
  }

  @Override
  public void data(long position, byte[] bytes, int offset, int length) throws IOException {
    arrival().data(position, bytes, offset, length);
  }

  @Override
  public void zeroes(long position, long length) throws IOException {
    arrival().zeroes(position, length);
  }

  /** Finds out what it belongs to; under the command lock. */
  public void find(Trailer trailer) throws IOException {
    arrival().find(trailer);
  }

  /** Makes durable what came. */
  public void complete() throws IOException {
    arrival().complete();
  }

  /** Shows it, all at once; under the command lock. */
  public void list(Trailer trailer) throws IOException {
    state.volumes().expectNoMore(request.name());
    begun = false;
    state.checkFree(request.name());
    arrival().list(trailer);
  }

  private Arrival arrival() throws ErrnoException {
    Arrival now = arrival;
    if (now == null) {
      throw new ErrnoException(Errno.EINVAL, "nothing has come");
    }
    return now;
  }

  /** It is over: what is not listed is gone. */
  public void close() {
    if (begun) {
      state.volumes().expectNoMore(request.name());
      begun = false;
    }
    Arrival now = arrival;
    arrival = null;
    if (now != null) {
      close(now);
    }
  }

  private void close(Arrival now) {
    IOException none = new IOException("not listed");
    if (!now.shown()) {
      state.undoFresh(now.file(), now.device(), none);
    }
    try {
      now.close();
    } catch (IOException failure) {
      none.addSuppressed(failure);
    }
    for (Throwable failure : none.getSuppressed()) {
      state.log().warning("what came of " + request.name() + " stays: " + failure.getMessage());
    }
  }
}
