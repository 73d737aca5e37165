package org.dmsnap.pool.change;

import java.util.Set;
import org.dmsnap.engine.Feature;
import org.dmsnap.store.ExceptionStoreType;

/**
 * What a snapshot is to be.
 *
 * @param name its name
 * @param origin the volume that it is taken of
 * @param cowBytes the size of its COW device
 * @param type {@code P}, {@code PO} or {@code N}
 * @param chunkSectors 512-byte sectors in a chunk
 * @param features optional words of its table line
 */
public record SnapshotRequest(
    String name,
    String origin,
    long cowBytes,
    ExceptionStoreType type,
    int chunkSectors,
    Set<Feature> features) {}
