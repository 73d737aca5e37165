package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Extents;

/**
 * Where an image has data beneath a {@link WriteCache}: what is held is data, though the image has
 * a hole there.
 *
 * <p>What is held is asked before the image: a drain takes it there.
 */
final class CacheExtents implements Extents {

  private final BlockDevice image;
  private final HeldBlocks held;

  CacheExtents(BlockDevice image, HeldBlocks held) {
    this.image = image;
    this.held = held;
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    if (held.isEmpty()) {
      return image.dataFrom(position, end);
    }
    long most = image.dataFrom(position, end); // so that no more is looked through than need be
    long firstHeld = held.firstFrom(position, most);
    return image.dataFrom(position, firstHeld);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    for (long at = position; at < end; ) {
      long unheld = held.endFrom(at, end);
      at = image.holeFrom(unheld, end);
      if (at == unheld) {
        return at;
      }
    }
    return end;
  }

  /** What is held may take no further space, so this is a bound. */
  @Override
  public long allocated() {
    long heldBytes = held.bytes();
    long allocated = image.allocated();
    return Math.max(allocated, Math.min(allocated + heldBytes, image.size()));
  }
}
