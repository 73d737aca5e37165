package org.dmsnap.engine;

import org.dmsnap.block.Sectors;
import org.dmsnap.store.Usage;

/**
 * What a snapshot takes of its COW device, and what can be said with that of the space of all that
 * it reads as; in bytes.
 *
 * @param size of the snapshot
 * @param excepted how much of it has exceptions
 * @param allocated what is allocated for those
 */
record OwnSpace(long size, long excepted, long allocated) {

  /** Of {@code snapshot}, as it is now. */
  static OwnSpace of(Snapshot snapshot) {
    Usage usage = snapshot.store().usage();
    long chunks = Sectors.toBytes(usage.allocatedSectors() - usage.metadataSectors());
    long excepted = Math.max(0, Math.min(snapshot.size(), chunks));
    return new OwnSpace(snapshot.size(), excepted, Math.min(excepted, snapshot.cow().allocated()));
  }

  /**
   * The space of a snapshot of an origin whose image takes {@code image}: its own, and as much of
   * that as lies where it has no exceptions, at most. Which part of the image that is, is not
   * looked up: it would take longer than anybody waits for stat(2).
   */
  long with(long image) {
    return Math.min(image, size - excepted) + allocated;
  }
}
