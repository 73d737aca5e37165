package org.dmsnap.store;

import org.dmsnap.block.BlockDevice;
import org.dmsnap.succession.Legacy;

/**
 * A COW device, and what is not in it.
 *
 * @param device its owner's to close
 * @param legacy what its snapshot leaves to a successor, or was left
 */
public record CowFile(BlockDevice device, Legacy legacy) {

  /** One whose snapshot nobody succeeds to. */
  public static CowFile alone(BlockDevice device) {
    return new CowFile(device, Legacy.NONE);
  }
}
