/**
 * What a pool consists of: volumes, the hidden devices beneath them, and what holds, serves and
 * opens them; it knows of no change that is made to it.
 *
 * <p>A {@link org.dmsnap.pool.volume.Volume} is an {@link org.dmsnap.pool.volume.OriginVolume}, or
 * a {@link org.dmsnap.pool.volume.SnapshotVolume} of one; the hidden devices are a {@link
 * org.dmsnap.pool.volume.RealDevice} and a {@link org.dmsnap.pool.volume.CowDevice}. Front-ends see
 * of it a {@link org.dmsnap.pool.volume.Device} and a {@link org.dmsnap.pool.volume.VolumeReport};
 * what is public besides is so for the changes of a pool.
 */
@NullMarked
package org.dmsnap.pool.volume;

import org.jspecify.annotations.NullMarked;
