package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;

/** The target that maps straight onto a device. */
public final class Linear implements Target {

  private final BlockDevice device;

  /** Maps onto the whole of {@code device}. */
  public Linear(BlockDevice device) {
    this.device = device;
  }

  @Override
  public String type() {
    return "linear";
  }

  @Override
  public String status() {
    return "";
  }

  @Override
  public long size() {
    return device.size();
  }

  @Override
  public Extents extents() {
    return device;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    device.read(position, buffer, length);
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    device.write(position, buffer, length);
  }

  @Override
  public void flush() throws IOException {
    device.sync();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    device.discard(position, length);
  }

  /** Leaves holes alone, or zeroing a large sparse image would fill the disk beneath it. */
  @Override
  public void zero(long position, long length) throws IOException {
    long end = position + length;
    for (long at = device.dataFrom(position, end); at < end; at = device.dataFrom(at, end)) {
      long to = device.holeFrom(at, end);
      device.zero(at, to - at);
      at = to;
    }
  }
}
