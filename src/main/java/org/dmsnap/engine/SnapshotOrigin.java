package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;

/**
 * The target through which an origin with snapshots is written, so that old data is saved first; a
 * snapshot that others were taken of is one, too. Source: {@code snapshot-origin} in the kernel's
 * snapshot.rst.
 */
public final class SnapshotOrigin implements Target {

  private final Origin origin;
  private final OriginClearing clearing;

  /** Maps onto the image of {@code origin}. */
  public SnapshotOrigin(Origin origin) {
    this.origin = origin;
    this.clearing = new OriginClearing(origin);
  }

  @Override
  public String type() {
    return "snapshot-origin";
  }

  @Override
  public String status() {
    return "";
  }

  @Override
  public long size() {
    return origin.image().size();
  }

  @Override
  public Extents extents() {
    return origin.image();
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    origin.image().read(position, buffer, length);
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    origin.write(position, buffer, length);
  }

  @Override
  public void flush() throws IOException {
    origin.image().sync();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    Snapshot beneath = origin.beneath();
    if (beneath != null) {
      beneath.checkDiscard(position, length); // before anything is copied out
    }
    clearing.discard(position, length);
  }

  @Override
  public void admitZero(long position, long length) throws IOException {
    Snapshot beneath = origin.beneath();
    if (beneath != null) {
      beneath.admitZero(position, length);
    }
    if (origin.overflow() == OverflowPolicy.REFUSE) {
      clearing.admit(position, length);
    }
  }

  @Override
  public void zero(long position, long length) throws IOException {
    admitZero(position, length);
    clearing.zero(position, length);
  }
}
