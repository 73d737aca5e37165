package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.NativeBuffer;

/**
 * What a snapshot shows, as the device that the snapshots taken of it read through: its {@code
 * -real} device.
 *
 * <p>The kernel's targets stack, and so do these: an {@link Origin} is over an image or over this.
 * What is written here is copied out for already; closing it closes nothing.
 */
final class SnapshotReal implements BlockDevice {

  private final Snapshot snapshot;

  SnapshotReal(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  @Override
  public long size() {
    return snapshot.size();
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    snapshot.read(position, buffer, length);
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    snapshot.writeReal(position, buffer, length);
  }

  @Override
  public void discard(long position, long length) throws IOException {
    snapshot.discard(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    snapshot.zero(position, length);
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    return snapshot.extents().dataFrom(position, end);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    return snapshot.extents().holeFrom(position, end);
  }

  @Override
  public long allocated() {
    return snapshot.extents().allocated();
  }

  @Override
  public void sync() throws IOException {
    snapshot.flush();
  }

  @Override
  public void settle() throws IOException {
    snapshot.flush();
  }

  @Override
  public void resize(long size) {
    throw new IllegalStateException("a snapshot has the size of its origin");
  }

  @Override
  public void close() {
    // the snapshot's owner closes its COW device
  }
}
