package org.dmsnap.pool.volume;

import org.dmsnap.block.ChangeTime;
import org.dmsnap.engine.Origin;
import org.dmsnap.succession.Legacy;

/**
 * What an origin's image is served by.
 *
 * @param origin the engine's part
 * @param file the image's name in the pool
 * @param imageTime when the image was last changed
 * @param legacy what it leaves to whoever succeeds, or was left
 * @param changed when what the origin reads as was last changed, if that was not left
 */
public record ServedImage(
    Origin origin, String file, ChangeTime imageTime, Legacy legacy, long changed) {

  /** That of an origin that has just come to be. */
  public ServedImage(Origin origin, String file, ChangeTime imageTime, Legacy legacy) {
    this(origin, file, imageTime, legacy, ChangeTime.now());
  }
}
