package org.dmsnap.fuse;

import org.dmsnap.block.LibC;

/** A connection to the kernel: an open {@code /dev/fuse} that a mount belongs to. */
interface Connection extends AutoCloseable {

  /** Its descriptor. */
  int device();

  /** Ends this server's part in it; after the last request. */
  @Override
  void close();

  /** One that another server of the mount has had before. */
  static Connection inherited(int device) {
    return new Connection() {
      @Override
      public int device() {
        return device;
      }

      @Override
      public void close() {
        LibC.INSTANCE.close(device);
      }
    };
  }
}
