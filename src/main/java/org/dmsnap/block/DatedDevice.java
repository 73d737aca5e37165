package org.dmsnap.block;

import java.io.IOException;

/** A device that says when it was last changed, by whomever; the rest is the device's beneath. */
public final class DatedDevice implements BlockDevice {

  private final BlockDevice device;
  private final ChangeTime time;

  /** Dates the changes of {@code device} by {@code time}. */
  public DatedDevice(BlockDevice device, ChangeTime time) {
    this.device = device;
    this.time = time;
  }

  /** When it was last changed. */
  public ChangeTime time() {
    return time;
  }

  @Override
  public long size() {
    return device.size();
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    device.read(position, buffer, length);
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    try {
      device.write(position, buffer, length);
    } finally { // what has failed may have changed some of it
      time.changed();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    try {
      device.discard(position, length);
    } finally {
      time.changed();
    }
  }

  @Override
  public void zero(long position, long length) throws IOException {
    try {
      device.zero(position, length);
    } finally {
      time.changed();
    }
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    return device.dataFrom(position, end);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    return device.holeFrom(position, end);
  }

  @Override
  public long allocated() {
    return device.allocated();
  }

  @Override
  public void settle() throws IOException {
    device.settle();
  }

  @Override
  public void sync() throws IOException {
    device.sync();
  }

  @Override
  public void startSync(long position, long length) {
    device.startSync(position, length);
  }

  @Override
  public void syncTimes() throws IOException {
    device.syncTimes();
  }

  @Override
  public void resize(long size) throws IOException {
    try {
      device.resize(size);
    } finally {
      time.changed();
    }
  }

  @Override
  public void close() throws IOException {
    device.close();
  }

  @Override
  public String toString() {
    return device.toString();
  }
}
