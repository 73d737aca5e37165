package org.dmsnap.pool;

import java.io.IOException;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.pool.volume.Device;

/** Sectors that are filled with one number each, so that a torn one shows. */
final class Stamps {

  private static final int SECTOR = 512;
  private static final int MOST_SECTORS = BufferPool.BUFFER_BYTES / SECTOR;

  private Stamps() {}

  /** Reads sectors of {@code device}. */
  static long[] read(Device device, int first, int count) throws IOException {
    long[] stamps = new long[count];
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (int done = 0, piece; done < count; done += piece) {
        piece = Math.min(MOST_SECTORS, count - done);
        device.read((long) (first + done) * SECTOR, buffer.seek(0), piece * SECTOR);
        buffer.seek(0);
        for (int sector = done; sector < done + piece; sector++) {
          stamps[sector] = stamp(buffer, device, first + sector);
        }
      }
      return stamps;
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  private static long stamp(NativeBuffer buffer, Device device, int sector) {
    long stamp = buffer.getLongLe();
    for (int word = 1; word < SECTOR / Long.BYTES; word++) {
      if (buffer.getLongLe() != stamp) {
        throw new AssertionError("sector " + sector + " of " + device.name() + " is torn");
      }
    }
    return stamp;
  }

  /** Writes sectors of {@code device}, no more than fit into a buffer, in one request. */
  static void write(Device device, int first, long... stamps) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (long stamp : stamps) {
        for (int word = 0; word < SECTOR / Long.BYTES; word++) {
          buffer.putLongLe(stamp);
        }
      }
      device.write((long) first * SECTOR, buffer.seek(0), stamps.length * SECTOR);
    } finally {
      BufferPool.giveBack(buffer);
    }
  }
}
