/**
 * The targets of the device mapper's snapshots and the I/O that goes through them.
 *
 * <p>Priorities, in this order: a snapshot never changes; a power cut never breaks one; a read or
 * an overwrite costs one transfer and no garbage. The critical paths are {@link
 * org.dmsnap.engine.Snapshot#read}, {@link org.dmsnap.engine.Snapshot#write} and {@link
 * org.dmsnap.engine.SnapshotOrigin#write}.
 */
@NullMarked
package org.dmsnap.engine;

import org.jspecify.annotations.NullMarked;
