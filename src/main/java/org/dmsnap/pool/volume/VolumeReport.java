package org.dmsnap.pool.volume;

import org.dmsnap.pool.table.Identity;
import org.dmsnap.store.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A volume's state at one moment, for {@code lvs} and the metrics.
 *
 * @param name its name
 * @param origin what it is a snapshot of: an origin, or a snapshot; null for an origin
 * @param bytes its size; of a snapshot, its origin's
 * @param cowBytes the size of a snapshot's COW device, as listed if it could not be opened; 0 for
 *     an origin
 * @param open whether anyone has it open
 * @param snapshots how many snapshots were taken of it
 * @param invalid whether it is a snapshot that is Invalid
 * @param overflowed whether it is a snapshot that is in Overflow
 * @param merging whether it merges or is due to: of the origin and of the snapshot both
 * @param mergeFailed whether the merge has stopped at a failure
 * @param removed whether it is a snapshot that is gone for its users, though others read through it
 * @param suspended whether its changes are held
 * @param readOnly whether it cannot be written: the pool is read-only, or the origin for the sake
 *     of a snapshot that could not be loaded
 * @param percent Snap% of a snapshot, or of an origin that merges; null where there is none
 * @param usage the numbers of a snapshot's COW device; null for an origin, or if not loaded
 * @param chunkSectors 512-byte sectors in a snapshot's chunk; 0 for an origin
 * @param identity which volume it is, and what it reads as
 */
public record VolumeReport(
    String name,
    @Nullable String origin,
    long bytes,
    long cowBytes,
    boolean open,
    int snapshots,
    boolean invalid,
    boolean overflowed,
    boolean merging,
    boolean mergeFailed,
    boolean removed,
    boolean suspended,
    boolean readOnly,
    @Nullable Double percent,
    @Nullable Usage usage,
    int chunkSectors,
    Identity identity) {

  /** Whether it is a snapshot rather than an origin. */
  public boolean snapshot() {
    return origin != null;
  }
}
