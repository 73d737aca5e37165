package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.NativeBuffer;

/**
 * The target through which an origin with snapshots is written, so that old data is saved first.
 * Source: {@code snapshot-origin} in the kernel's snapshot.rst.
 */
public final class SnapshotOrigin implements Target {

  private final Origin origin;

  /** Maps onto the image of {@code origin}. */
  public SnapshotOrigin(Origin origin) {
    this.origin = origin;
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

  /** Copies out only what costs no snapshot its room, then punches the image. */
  @Override
  public void discard(long position, long length) throws IOException {
    origin.protectQuietly(position, length);
    origin.image().discard(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    origin.protect(position, length);
    origin.image().zero(position, length);
  }
}
