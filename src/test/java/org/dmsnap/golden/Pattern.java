package org.dmsnap.golden;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.dmsnap.block.Sectors;

/** The byte pattern of the golden scenarios: every sector says where it belongs and whose it is. */
final class Pattern {

  private Pattern() {}

  /** The {@code length} bytes of pattern {@code seed} that belong at {@code position}. */
  static byte[] bytes(long position, int length, int seed) {
    byte[] bytes = new byte[length];
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 0; n < length; n++) {
      long sector = Sectors.in(position + n);
      int i = (int) (position + n - Sectors.toBytes(sector));
      bytes[n] =
          i < head.capacity()
              ? head.putLong(0, sector).putInt(8, seed).get(i)
              : (byte) (seed * 31L + i * 7L + sector);
    }
    return bytes;
  }
}
