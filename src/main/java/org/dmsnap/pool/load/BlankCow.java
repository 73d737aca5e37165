package org.dmsnap.pool.load;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.DiskHeader;

/** A COW device that is listed and has no header. */
final class BlankCow {

  private BlankCow() {}

  /**
   * Refuses a COW device without a header. To the kernel it is a new snapshot, but here a new one
   * is listed only once its header is durable: this one was lost, and with it what it held.
   */
  static void refuse(BlockDevice cow) throws IOException {
    if (cow.size() >= DiskHeader.BYTES && DiskHeader.of(cow).isBlank()) {
      throw new ErrnoException(
          Errno.ENXIO,
          "the COW device has no header, its first 4 bytes are zero: it was overwritten, or never"
              + " used (then the command reset starts it)");
    }
  }
}
