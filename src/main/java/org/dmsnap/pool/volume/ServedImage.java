package org.dmsnap.pool.volume;

import org.dmsnap.block.ChangeTime;
import org.dmsnap.engine.Origin;

/**
 * What an origin's image is served by.
 *
 * @param origin the engine's part
 * @param file the image's name in the pool
 * @param time when what the origin reads as was last changed
 * @param imageTime the same of its image
 */
public record ServedImage(Origin origin, String file, ChangeTime time, ChangeTime imageTime) {}
