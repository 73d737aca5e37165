package org.dmsnap.pool.change;

import java.io.IOException;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.stream.DiffHeader;
import org.dmsnap.stream.Trailer;

/** A whole volume, which becomes an origin: its file reads as zeroes where nothing comes. */
final class ArrivingOrigin implements Arrival {

  private final PoolState state;
  private final ReceptionRequest request;
  private final Written written;
  private boolean listed;

  ArrivingOrigin(PoolState state, ReceptionRequest request, DiffHeader header) throws IOException {
    if (request.room() != null) {
      throw new IllegalArgumentException(
          "the stream holds a whole volume, which becomes an origin and has no COW device: give no"
              + " size");
    }
    this.state = state;
    this.request = request;
    written = new Written(state, state.createFresh(file(), header.bytes()), request.verify());
  }

  @Override
  public String file() {
    return PoolFiles.image(request.name());
  }

  @Override
  public DatedDevice device() {
    return written.device();
  }

  @Override
  public void data(long position, byte[] bytes, int offset, int length) throws IOException {
    written.write(position, bytes, offset, length);
  }

  @Override
  public void zeroes(long position, long length) {
    // which it has there
  }

  @Override
  public void find(Trailer trailer) {
    // it belongs to nothing
  }

  @Override
  public void complete() throws IOException {
    device().sync();
    written.verify();
  }

  @Override
  public void list(Trailer trailer) throws IOException {
    Identity identity = Identity.fresh().reads(Identity.contentOr(trailer.to()));
    new Creation(state).list(request.name(), device(), identity);
    listed = true;
  }

  @Override
  public boolean shown() {
    return listed;
  }

  @Override
  public void close() throws IOException {
    written.close();
  }
}
